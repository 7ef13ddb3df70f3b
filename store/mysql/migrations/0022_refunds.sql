-- Money given back for purchases: what they had earned is taken back, the credit that had paid comes back.

-- Accounts: 5 clawed_back 6 member_debt. Kinds: 7 claw_back 8 return_credit 9 owe 10 settle.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_sides;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_sides CHECK (
  (kind = 1 AND debit_account = 2 AND credit_account = 1) OR
  (kind = 2 AND debit_account = 1 AND credit_account = 3) OR
  (kind = 3 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 4 AND debit_account = 3 AND credit_account = 1) OR
  (kind = 5 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 6 AND debit_account = 1 AND credit_account = 1) OR
  (kind = 7 AND debit_account = 1 AND credit_account = 5) OR
  (kind = 8 AND debit_account = 3 AND credit_account = 1) OR
  (kind = 9 AND debit_account = 6 AND credit_account = 5) OR
  (kind = 10 AND debit_account = 1 AND credit_account = 6));

-- What she owes: her account member_debt.
-- And her last purchase, in the row that a purchase writes anyway: one that looks like it is told of.
ALTER TABLE member
  ADD COLUMN debt BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_purchase_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN last_purchase_branch INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN last_purchase_amount BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_purchase_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';
ALTER TABLE club
  ADD COLUMN debt_on_refund TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN repeat_purchase_seconds INT UNSIGNED NOT NULL DEFAULT 120;

ALTER TABLE purchase
  ADD COLUMN by_credit BIGINT NOT NULL DEFAULT 0,  -- of the amount: paid with credit, which earns nothing
  ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0,
  ADD CONSTRAINT purchase_refunded CHECK (refunded BETWEEN 0 AND amount AND by_credit BETWEEN 0 AND amount);

-- Of a redemption: what came back with refunds of what it had paid for, or would have, had it not expired.
ALTER TABLE redemption ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;

CREATE TABLE refund (
  refund_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  invoice VARCHAR(64) NOT NULL,
  reference BINARY(32) NOT NULL,                -- by which it is known again: of the credit note or webhook-id
  credit_note VARCHAR(64) NOT NULL,             -- may be empty
  till_key VARCHAR(64) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,              -- 1 applied 2 parked, its purchase is to come 3 refused, it was parked
  purchase_id BIGINT UNSIGNED NOT NULL,         -- 0: to come
  asked BIGINT NOT NULL,                        -- 0: all that is left
  amount BIGINT NOT NULL,
  clawed_back BIGINT NOT NULL,
  lapsed BIGINT NOT NULL,
  owed BIGINT NOT NULL,
  withheld BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  expired BIGINT NOT NULL,
  at DATETIME(6) NOT NULL,
  UNIQUE KEY refund_reference (club_id, branch_no, reference),
  CONSTRAINT refund_state CHECK (state BETWEEN 1 AND 3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What came back to which redemption; entry_id 0: nothing, its time was over.
CREATE TABLE refund_return (
  refund_id BIGINT UNSIGNED NOT NULL,
  redemption_id BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  entry_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (refund_id, redemption_id),
  KEY refund_return_redemption (redemption_id),
  KEY refund_return_entry (entry_id)
) ENGINE=InnoDB;
