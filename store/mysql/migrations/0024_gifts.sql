-- Gift codes. What a club has issued belongs to its gift account, a member without a phone, until somebody texts the code:
-- the balance of that account is the gift liability.
CREATE TABLE gift_account (
  club_id INT UNSIGNED NOT NULL PRIMARY KEY,
  member_id BIGINT UNSIGNED NOT NULL,
  UNIQUE KEY gift_account_member (member_id),
  CONSTRAINT gift_account_of_member FOREIGN KEY (member_id) REFERENCES member (member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE gift_batch (
  batch_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,                       -- of each code
  expires_at DATETIME(6) NOT NULL,
  issued_at DATETIME(6) NOT NULL,
  issued_by VARCHAR(64) NOT NULL,
  KEY gift_batch_club (club_id, batch_id),
  CONSTRAINT gift_batch_amount CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE gift_code (
  code_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  batch_id BIGINT UNSIGNED NOT NULL,
  withdrawn_by VARCHAR(64) NULL,                -- whose hand it was, if it was withdrawn
  KEY gift_code_of_batch (batch_id, code_id),
  CONSTRAINT gift_code_batch FOREIGN KEY (batch_id) REFERENCES gift_batch (batch_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Members' wrong codes: a phone that guesses waits, as a cashier's does.
CREATE TABLE code_guess (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  misses INT UNSIGNED NOT NULL,
  miss_window_at DATETIME(6) NULL,
  locked_until DATETIME(6) NULL,
  PRIMARY KEY (club_id, phone)
) ENGINE=InnoDB;

-- Kind 11: withdraw.
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
  (kind = 10 AND debit_account = 1 AND credit_account = 6) OR
  (kind = 11 AND debit_account = 1 AND credit_account = 5));

-- Kind 5: a gift's credit into a lot of its finder.
ALTER TABLE credit_move DROP CONSTRAINT credit_move_kind;
ALTER TABLE credit_move ADD CONSTRAINT credit_move_kind CHECK (kind BETWEEN 1 AND 5);
