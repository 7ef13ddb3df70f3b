-- Credit that moves from a lot into another of the same expiry: for a code of its own, to another member, to pay. Each
-- lot taken from is one entry of kind 6, which holds both sides: out of lot_id of member_id, into to_lot_id of
-- to_member_id.
ALTER TABLE ledger_entry
  ADD COLUMN to_member_id BIGINT UNSIGNED NULL,   -- of kind 6 alone, as the two below. Without an index: every
  ADD COLUMN to_lot_id BIGINT UNSIGNED NULL,      -- redemption would write into it
  ADD COLUMN move_id BIGINT UNSIGNED NULL;
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_sides;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_sides CHECK (
  (kind = 1 AND debit_account = 2 AND credit_account = 1) OR
  (kind = 2 AND debit_account = 1 AND credit_account = 3) OR
  (kind = 3 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 4 AND debit_account = 3 AND credit_account = 1) OR
  (kind = 5 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 6 AND debit_account = 1 AND credit_account = 1));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_moved CHECK (
  (kind = 6) = (to_member_id IS NOT NULL AND to_lot_id IS NOT NULL AND move_id IS NOT NULL));

-- What a member wanted moved, as a whole. Written under the lock of both members.
CREATE TABLE credit_move (
  move_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,               -- 1 code 2 transfer 3 pay 4 undo of a transfer
  from_member_id BIGINT UNSIGNED NOT NULL,
  to_member_id BIGINT UNSIGNED NOT NULL,        -- 1 and 3: herself
  lots INT UNSIGNED NOT NULL,                   -- opened by it, with a code each
  amount BIGINT NOT NULL,
  at DATETIME(6) NOT NULL,
  undone_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00',  -- of a transfer; 1970: never
  KEY credit_move_from (from_member_id, at),
  KEY credit_move_to (to_member_id, at),
  CONSTRAINT credit_move_kind CHECK (kind BETWEEN 1 AND 4),
  CONSTRAINT credit_move_amount CHECK (amount > 0 AND lots > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What credit was at first (as origin): given on, it has origin 4 and keeps its kind.
ALTER TABLE lot ADD COLUMN kind TINYINT UNSIGNED NOT NULL DEFAULT 1;
UPDATE lot SET kind = origin;

ALTER TABLE club
  ADD COLUMN move_min BIGINT NOT NULL DEFAULT 10000,
  ADD COLUMN new_codes_per_day_max INT UNSIGNED NOT NULL DEFAULT 10,
  ADD COLUMN live_codes_max INT UNSIGNED NOT NULL DEFAULT 50;

-- By which share it earned: a member may ask why. 0: it was not kept then.
ALTER TABLE purchase ADD COLUMN earn_share INT NOT NULL DEFAULT 0;
