-- Which purchase a redemption paid for, known once that is recorded; 0: none that is known. Those that name no invoice
-- are looked for by member and day.
ALTER TABLE redemption
  ADD COLUMN purchase_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD KEY redemption_member (member_id, at);

-- What purchases that are there already counted: what stood on their bill when they came.
UPDATE redemption r JOIN (
  SELECT b.record_id AS redemption_id, MIN(p.purchase_id) AS purchase_id
  FROM bill_record b
  JOIN bill_record o ON o.club_id = b.club_id AND o.branch_no = b.branch_no AND o.invoice = b.invoice AND o.kind IN (3, 4)
  JOIN purchase p ON p.purchase_id = o.record_id AND p.by_credit > 0
  JOIN redemption d ON d.redemption_id = b.record_id AND d.at <= p.recorded_at
  LEFT JOIN redemption_void v ON v.redemption_id = d.redemption_id
  WHERE b.kind = 1 AND v.redemption_id IS NULL
  GROUP BY b.record_id) paid ON paid.redemption_id = r.redemption_id
SET r.purchase_id = paid.purchase_id;
