-- What offers gave without a purchase is read by member, and what each has given is counted: without a walk through all
-- of somebody's purchases, or of a club's grants.

ALTER TABLE offer_grant
  DROP KEY offer_grant_member,
  ADD KEY offer_grant_member (member_id, purchase_id, at),
  DROP KEY offer_grant_offer,
  ADD KEY offer_grant_offer (offer_id, at, kind, value);

-- Not with `uses`: it would be written anew with each use.
ALTER TABLE offer_use ADD KEY offer_use_offer (offer_id);
