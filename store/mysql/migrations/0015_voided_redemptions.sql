-- A redemption may be taken back by the cashier who made it: a row here, an entry that returns the amount to the lot,
-- and nothing else changes of what was written down. Written and read under the lock of the member.
CREATE TABLE redemption_void (
  redemption_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  entry_id BIGINT UNSIGNED NOT NULL,
  cashier_phone BIGINT UNSIGNED NOT NULL,
  left_on_code BIGINT NOT NULL,                 -- after it: a repeat of the order gets the same answer
  at DATETIME(6) NOT NULL,
  UNIQUE KEY redemption_void_entry (entry_id),
  CONSTRAINT void_of_redemption FOREIGN KEY (redemption_id) REFERENCES redemption (redemption_id),
  CONSTRAINT void_by_entry FOREIGN KEY (entry_id) REFERENCES ledger_entry (entry_id),
  CONSTRAINT void_left CHECK (left_on_code > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which of its code's redemptions it is, from 1. What is left on a code no longer only sinks, so it tells the order
-- no more. 0: from before places were counted; of those what is left still does.
ALTER TABLE redemption ADD COLUMN place INT UNSIGNED NOT NULL DEFAULT 0;

-- Kind 4: void, a redemption taken back.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_sides;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_sides CHECK (
  (kind = 1 AND debit_account = 2 AND credit_account = 1) OR
  (kind = 2 AND debit_account = 1 AND credit_account = 3) OR
  (kind = 3 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 4 AND debit_account = 3 AND credit_account = 1));

-- How long after a redemption its cashier may take it back.
ALTER TABLE club ADD COLUMN void_window_minutes INT UNSIGNED NOT NULL DEFAULT 30;
