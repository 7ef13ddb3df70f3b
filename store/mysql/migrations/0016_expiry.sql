-- What has an end, in the order of its end: lots to be swept, numbers of codes to be freed, phones to be forgotten. Tables
-- of their own, read from the front and emptied as they are worked off: none of these jobs walks through history.

-- A row: this lot has to be looked at when it expires. Whatever puts credit into a lot writes one (again).
CREATE TABLE lot_due (
  expires_at DATETIME(6) NOT NULL,
  lot_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (expires_at, lot_id)
) ENGINE=InnoDB;
INSERT INTO lot_due (expires_at, lot_id) SELECT expires_at, lot_id FROM lot WHERE remaining > 0;

-- A row: a code has ended, and its number rests until then.
CREATE TABLE code_rest (
  free_on DATETIME(6) NOT NULL,
  code_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (free_on, code_id)
) ENGINE=InnoDB;
ALTER TABLE code
  ADD COLUMN ended_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';  -- the last time; 1970: never
UPDATE code c JOIN lot l ON l.lot_id = c.lot_id
  SET c.ended_at = LEAST(l.expires_at, UTC_TIMESTAMP(6)) WHERE c.state <> 1;
UPDATE code c JOIN (SELECT code_id, MAX(at) AS at FROM redemption GROUP BY code_id) r ON r.code_id = c.code_id
  SET c.ended_at = r.at WHERE c.state = 2;
INSERT INTO code_rest (free_on, code_id)
  SELECT ended_at + INTERVAL 90 DAY, code_id FROM code WHERE state <> 1 AND reserved_number IS NOT NULL;

ALTER TABLE lot DROP KEY lot_expiry;

-- Who leaves forfeits what is left: an entry of a kind of its own.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_sides;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_sides CHECK (
  (kind = 1 AND debit_account = 2 AND credit_account = 1) OR
  (kind = 2 AND debit_account = 1 AND credit_account = 3) OR
  (kind = 3 AND debit_account = 1 AND credit_account = 4) OR
  (kind = 4 AND debit_account = 3 AND credit_account = 1) OR
  (kind = 5 AND debit_account = 1 AND credit_account = 4));

-- Members who have left and whose phone some rows still name. The row goes when none does.
CREATE TABLE erasure (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  left_at DATETIME(6) NOT NULL,
  next_at DATETIME(6) NOT NULL,
  KEY erasure_next (next_at)
) ENGINE=InnoDB;

-- Purchases of phones that were no members: found by the phone when it has joined and left.
CREATE TABLE purchase_of_stranger (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  purchase_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, phone, purchase_id)
) ENGINE=InnoDB;
INSERT INTO purchase_of_stranger (club_id, phone, purchase_id)
  SELECT club_id, phone, purchase_id FROM purchase WHERE member_id IS NULL AND phone IS NOT NULL;

ALTER TABLE member ADD KEY member_referrer (club_id, referred_by);

-- Answers to tills are kept for good and name no phone any more.
UPDATE purchase SET answer = REGEXP_REPLACE(answer, '"phone":"[+][0-9]+",', '') WHERE answer LIKE '%"phone":"+%';
UPDATE inbox SET answer = REGEXP_REPLACE(answer, '"phone":"[+][0-9]+",', '') WHERE answer LIKE '%"phone":"+%';
