-- The first schema: clubs and their staff, members, the ledger with its lots and codes, purchases, redemptions,
-- the inbox (what was already done) and the outbox (what is still to be said).
--
-- Conventions: ids are given out by the store in blocks (id_block), so rows of one batch can name each other before
-- they are saved. Amounts are BIGINT in the club's smallest unit. Instants are DATETIME(6) in UTC. Enumerations are
-- TINYINT, their words beside them; a CHECK keeps them inside.
-- Plain SQL that MySQL 8 and MariaDB 10.11 both accept.

CREATE TABLE id_block (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  next_id BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB;

INSERT INTO id_block (name, next_id) VALUES ('row', 1);

-- Staff's data: written as a whole by `peykctl apply`, read as a whole by every gateway.
CREATE TABLE club (
  club_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug VARCHAR(40) NOT NULL,
  version BIGINT UNSIGNED NOT NULL DEFAULT 1,
  name VARCHAR(100) NOT NULL,
  keyword VARCHAR(40) NOT NULL,
  currency CHAR(3) NOT NULL,
  time_zone VARCHAR(64) NOT NULL,
  language TINYINT UNSIGNED NOT NULL,           -- 0 fa, 1 en
  money_display TINYINT UNSIGNED NOT NULL,      -- 0 rial, 1 toman
  line VARCHAR(20) NOT NULL,
  ussd_root VARCHAR(20) NOT NULL,
  earn_share INT NOT NULL,                      -- basis points
  credit_valid_days INT UNSIGNED NOT NULL,
  invoice_min BIGINT NOT NULL,
  credit_share_max INT NOT NULL,                -- basis points
  join_on_purchase TINYINT UNSIGNED NOT NULL,
  redeem_auth TINYINT UNSIGNED NOT NULL,        -- 0 phone, 1 pin
  repeat_window_minutes INT UNSIGNED NOT NULL,
  UNIQUE KEY club_slug (slug),
  CONSTRAINT club_earn_share CHECK (earn_share BETWEEN 0 AND 10000),
  CONSTRAINT club_credit_share CHECK (credit_share_max BETWEEN 0 AND 10000),
  CONSTRAINT club_invoice_min CHECK (invoice_min >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE branch (
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  name VARCHAR(100) NOT NULL,
  PRIMARY KEY (club_id, branch_no),
  CONSTRAINT branch_club FOREIGN KEY (club_id) REFERENCES club (club_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The row of a cashier is also the lock under which her wrong attempts are counted.
CREATE TABLE cashier (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  pin_hash VARCHAR(128) NOT NULL,
  is_manager TINYINT UNSIGNED NOT NULL,
  is_active TINYINT UNSIGNED NOT NULL DEFAULT 1,
  misses INT UNSIGNED NOT NULL DEFAULT 0,
  miss_window_at DATETIME(6) NULL,
  locked_until DATETIME(6) NULL,
  PRIMARY KEY (club_id, phone),
  CONSTRAINT cashier_branch FOREIGN KEY (club_id, branch_no) REFERENCES branch (club_id, branch_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE till_key (
  key_id VARCHAR(64) NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  secret VARBINARY(64) NOT NULL,
  CONSTRAINT till_key_branch FOREIGN KEY (club_id, branch_no) REFERENCES branch (club_id, branch_no),
  CONSTRAINT till_key_secret CHECK (LENGTH(secret) BETWEEN 24 AND 64)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The row of a member is the lock of everything that is hers.
CREATE TABLE member (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NULL,                   -- NULL: she has left, and is forgotten
  card BIGINT UNSIGNED NOT NULL,
  language TINYINT UNSIGNED NOT NULL,
  joined_at DATETIME(6) NOT NULL,
  referred_by BIGINT UNSIGNED NULL,
  leave_asked_at DATETIME(6) NULL,
  balance BIGINT NOT NULL DEFAULT 0,            -- the fold of her ledger entries
  UNIQUE KEY member_phone (club_id, phone),
  UNIQUE KEY member_card (card),
  CONSTRAINT member_club FOREIGN KEY (club_id) REFERENCES club (club_id),
  CONSTRAINT member_balance CHECK (balance >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE lot (
  lot_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  origin TINYINT UNSIGNED NOT NULL,             -- 1 purchase 2 gift 3 referral 4 transfer 5 occasion 6 manual
  issued BIGINT NOT NULL,
  remaining BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,              -- first instant at which it cannot be spent
  KEY lot_member (member_id, expires_at),
  KEY lot_expiry (expires_at),
  CONSTRAINT lot_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT lot_origin CHECK (origin BETWEEN 1 AND 6),
  CONSTRAINT lot_amounts CHECK (issued > 0 AND remaining >= 0 AND remaining <= issued)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- reserved_number is the code while it is live or in quarantine and NULL after, so that it is unique among those
-- and free again later.
CREATE TABLE code (
  code_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  number INT UNSIGNED NOT NULL,
  reserved_number INT UNSIGNED NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  lot_id BIGINT UNSIGNED NOT NULL,
  state TINYINT UNSIGNED NOT NULL,              -- 1 live 2 redeemed 3 expired 4 void
  issued_at DATETIME(6) NOT NULL,
  UNIQUE KEY code_reserved (club_id, reserved_number),
  KEY code_member (member_id, state),
  KEY code_lot (lot_id),
  CONSTRAINT code_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT code_of_lot FOREIGN KEY (lot_id) REFERENCES lot (lot_id),
  CONSTRAINT code_number CHECK (number BETWEEN 1000000 AND 9999999),
  CONSTRAINT code_state CHECK (state BETWEEN 1 AND 4)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Append-only. One row is one movement from a debit to a credit account, so no entry can be out of balance.
CREATE TABLE ledger_entry (
  entry_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  kind TINYINT UNSIGNED NOT NULL,               -- 1 grant 2 redeem 3 expire
  debit_account TINYINT UNSIGNED NOT NULL,      -- 1 member_credit 2 granted 3 redeemed 4 expired
  credit_account TINYINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  lot_id BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY ledger_member (member_id, entry_id),
  KEY ledger_club (club_id, at),
  CONSTRAINT ledger_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT ledger_of_lot FOREIGN KEY (lot_id) REFERENCES lot (lot_id),
  CONSTRAINT ledger_amount CHECK (amount > 0),
  CONSTRAINT ledger_sides CHECK (
    (kind = 1 AND debit_account = 2 AND credit_account = 1) OR
    (kind = 2 AND debit_account = 1 AND credit_account = 3) OR
    (kind = 3 AND debit_account = 1 AND credit_account = 4))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE redemption (
  redemption_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  code_id BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  cashier_phone BIGINT UNSIGNED NOT NULL,
  invoice VARCHAR(64) NOT NULL,
  invoice_amount BIGINT NOT NULL,
  used BIGINT NOT NULL,
  left_on_code BIGINT NOT NULL,
  entry_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY redemption_code (code_id, redemption_id),
  KEY redemption_branch (club_id, branch_no, at),
  UNIQUE KEY redemption_entry (entry_id),
  CONSTRAINT redemption_of_code FOREIGN KEY (code_id) REFERENCES code (code_id),
  CONSTRAINT redemption_by_entry FOREIGN KEY (entry_id) REFERENCES ledger_entry (entry_id),
  CONSTRAINT redemption_amounts CHECK (used > 0 AND used <= invoice_amount AND left_on_code >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One purchase identity earns at most once, under whatever webhook-id it arrives.
CREATE TABLE purchase (
  purchase_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  invoice VARCHAR(64) NOT NULL,
  member_id BIGINT UNSIGNED NULL,
  amount BIGINT NOT NULL,
  earned BIGINT NOT NULL,
  code_id BIGINT UNSIGNED NULL,
  phone BIGINT UNSIGNED NULL,
  answer TEXT NOT NULL,
  purchased_at DATETIME(6) NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  UNIQUE KEY purchase_invoice (club_id, branch_no, invoice),
  KEY purchase_member (member_id, purchased_at),
  CONSTRAINT purchase_branch FOREIGN KEY (club_id, branch_no) REFERENCES branch (club_id, branch_no),
  CONSTRAINT purchase_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT purchase_amounts CHECK (amount > 0 AND earned >= 0 AND earned <= amount)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE line_phone (
  line VARCHAR(20) NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  promo_stopped TINYINT UNSIGNED NOT NULL,
  help_sent_at DATETIME(6) NULL,
  PRIMARY KEY (line, phone)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Requests that were decided: a request begins by claiming its key. Inserted in the transaction of its effects, so
-- a key that is here was done, whole; of two that race, the second fails on the primary key and finds the first.
CREATE TABLE inbox (
  request_key BINARY(32) NOT NULL PRIMARY KEY,
  fingerprint BINARY(32) NOT NULL,
  generation INT UNSIGNED NOT NULL DEFAULT 1,   -- how often the same text was sent anew
  claimed_at DATETIME(6) NOT NULL,
  forget_at DATETIME(6) NULL,                   -- NULL: kept for good
  status SMALLINT UNSIGNED NOT NULL,            -- as HTTP means it: 200 done, 422 refused
  answer TEXT NOT NULL,
  ussd_state VARCHAR(255) NOT NULL,
  KEY inbox_forget (forget_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What is to be said: the truth; Redis holds only the order. No foreign keys: rows are many, short-lived and, later,
-- partitioned by time.
CREATE TABLE outbox (
  message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  line VARCHAR(20) NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  lane TINYINT UNSIGNED NOT NULL,               -- 0 urgent 1 reply 2 notice 3 promo
  parts TINYINT UNSIGNED NOT NULL,
  text TEXT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,              -- 1 queued 2 submitted 3 delivered 4 failed 5 expired
  reason VARCHAR(100) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  valid_until DATETIME(6) NOT NULL,
  settled_at DATETIME(6) NULL,                  -- when it was submitted or given up
  KEY outbox_waiting (state, line, message_id),
  KEY outbox_phone (phone, message_id),
  CONSTRAINT outbox_state CHECK (state BETWEEN 1 AND 5),
  CONSTRAINT outbox_lane CHECK (lane BETWEEN 0 AND 3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Each submit_sm that the carrier took, to match its receipt.
CREATE TABLE outbox_part (
  message_id BIGINT UNSIGNED NOT NULL,
  part TINYINT UNSIGNED NOT NULL,
  carrier VARCHAR(32) NOT NULL,
  carrier_message_id VARBINARY(255) NOT NULL,   -- octets as they came: no carrier owes us UTF-8
  state TINYINT UNSIGNED NOT NULL,              -- 2 submitted 3 delivered 4 failed
  error VARBINARY(16) NOT NULL DEFAULT '',
  PRIMARY KEY (message_id, part),
  KEY outbox_part_receipt (carrier, carrier_message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Receipts that overtook their submit_sm_resp: kept until the part they speak of is known.
CREATE TABLE receipt_parked (
  carrier VARCHAR(32) NOT NULL,
  carrier_message_id VARBINARY(255) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  error VARBINARY(16) NOT NULL,
  parked_at DATETIME(6) NOT NULL,
  PRIMARY KEY (carrier, carrier_message_id),
  KEY receipt_parked_age (parked_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Parts of long texts from phones, kept until all are there; they are acknowledged one by one.
CREATE TABLE mo_part (
  message_key BINARY(32) NOT NULL,              -- of carrier, sender, receiver, reference, its width, total
  seq TINYINT UNSIGNED NOT NULL,
  octets VARBINARY(512) NOT NULL,
  data_coding TINYINT UNSIGNED NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (message_key, seq),
  KEY mo_part_age (received_at)
) ENGINE=InnoDB;
