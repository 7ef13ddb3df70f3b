-- Codes that are good for an item: something that a cashier hands over, of no rial.

-- What is handed over for it; empty: it is of credit. A column of the code, so that looking one up asks nothing more.
ALTER TABLE code ADD COLUMN item VARCHAR(100) NOT NULL DEFAULT '';

-- Such a code's lot is of kind 7. It tells whose it is and until when, and never has a rial; all others always had some.
ALTER TABLE lot DROP CONSTRAINT lot_amounts;
ALTER TABLE lot ADD CONSTRAINT lot_amounts
  CHECK ((kind = 7) = (issued = 0) AND issued >= 0 AND remaining >= 0 AND remaining <= issued);

-- That it was handed over, and that this was undone. No ledger entry tells of either.
CREATE TABLE handover (
  handover_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  code_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,           -- the gift account: whoever showed the code
  branch_no INT UNSIGNED NOT NULL,
  cashier_phone BIGINT UNSIGNED NOT NULL,       -- 0: a till
  till_key VARCHAR(64) NOT NULL,
  invoice VARCHAR(64) NOT NULL,
  place INT UNSIGNED NOT NULL,                  -- which of its code's it is, from 1
  at DATETIME(6) NOT NULL,
  voided_at DATETIME(6) NULL,
  voided_by BIGINT UNSIGNED NULL,               -- a cashier's phone; 0: a till
  voided_till VARCHAR(64) NULL,
  UNIQUE KEY handover_place (code_id, place),
  KEY handover_member (member_id, at),
  CONSTRAINT handover_of_code FOREIGN KEY (code_id) REFERENCES code (code_id),
  CONSTRAINT handover_void CHECK ((voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (voided_till IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A batch of codes for an item has no amount.
ALTER TABLE gift_batch ADD COLUMN item VARCHAR(100) NOT NULL DEFAULT '';
ALTER TABLE gift_batch DROP CONSTRAINT gift_batch_amount;
ALTER TABLE gift_batch ADD CONSTRAINT gift_batch_amount CHECK (amount >= 0 AND (item = '') = (amount > 0));
