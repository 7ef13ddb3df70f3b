-- Offers say something some time after a purchase: a grant of kind 10. The text waits in the outbox, and is found by this where
-- the purchase is given back before it has left. Its row there may be gone since.
ALTER TABLE offer_grant ADD COLUMN message_id BIGINT UNSIGNED NULL;
