-- Tills redeem over HTTP, and hold credit of a code while their customer pays.

-- The hold that is on a lot stands in the lot, so whoever loads it knows what is free. It ends by the clock, and its
-- end is never after the lot's own.
ALTER TABLE lot
  ADD COLUMN hold_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN held BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN held_until DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';

CREATE TABLE code_hold (
  hold_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  code_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  lot_id BIGINT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  till_key VARCHAR(64) NOT NULL,
  invoice VARCHAR(64) NOT NULL,                 -- may be empty
  invoice_amount BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  begun_at DATETIME(6) NOT NULL,
  until_at DATETIME(6) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,              -- 1 active, or timed out by the clock 2 captured 3 released
  redemption_id BIGINT UNSIGNED NOT NULL DEFAULT 0,  -- captured: by which
  ended_at DATETIME(6) NULL,                    -- captured or released
  KEY code_hold_member (member_id, begun_at),
  CONSTRAINT hold_of_lot FOREIGN KEY (lot_id) REFERENCES lot (lot_id),
  CONSTRAINT hold_amount CHECK (amount > 0 AND amount <= invoice_amount),
  CONSTRAINT hold_state CHECK (state BETWEEN 1 AND 3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who took, and who took back, where no cashier's phone did.
ALTER TABLE redemption ADD COLUMN till_key VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE redemption_void ADD COLUMN till_key VARCHAR(64) NOT NULL DEFAULT '';

-- What else than its purchase is about an invoice: a record each, never changed.
CREATE TABLE invoice_mark (
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  invoice VARCHAR(128) NOT NULL,                -- folded, as people type it: in small letters, digits in ASCII
  kind TINYINT UNSIGNED NOT NULL,               -- 1 redemption 2 refund
  record_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, branch_no, invoice, kind, record_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO invoice_mark (club_id, branch_no, invoice, kind, record_id)
  SELECT club_id, branch_no, LOWER(invoice), 1, redemption_id FROM redemption WHERE invoice <> '';

-- A key's wrong codes are counted under its row, as a cashier's are under hers.
ALTER TABLE till_key
  ADD COLUMN misses INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN miss_window_at DATETIME(6) NULL,
  ADD COLUMN locked_until DATETIME(6) NULL;

-- How long a till may hold a code.
ALTER TABLE club ADD COLUMN hold_seconds_max INT UNSIGNED NOT NULL DEFAULT 900;
