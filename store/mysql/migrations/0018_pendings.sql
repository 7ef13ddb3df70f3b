-- What waits for a one-time number: of a kind one at most for a phone. Rows live some minutes; a used or late one is
-- kept a little longer, so that its number gets the right answer.
CREATE TABLE pending (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,               -- that must reply
  kind TINYINT UNSIGNED NOT NULL,               -- 1 redeem 2 void 3 enrol 4 handset proof 5 transfer 6 pay
  pending_id BIGINT UNSIGNED NOT NULL,
  number INT UNSIGNED NOT NULL,
  code_number INT UNSIGNED NOT NULL DEFAULT 0,
  amount BIGINT NOT NULL DEFAULT 0,
  invoice VARCHAR(64) NOT NULL DEFAULT '',
  other_phone BIGINT UNSIGNED NOT NULL DEFAULT 0,
  asked_by BIGINT UNSIGNED NOT NULL DEFAULT 0,
  branch_no INT UNSIGNED NOT NULL DEFAULT 0,
  asked_at DATETIME(6) NOT NULL,
  until_at DATETIME(6) NOT NULL,
  used TINYINT UNSIGNED NOT NULL DEFAULT 0,
  misses TINYINT UNSIGNED NOT NULL DEFAULT 0,   -- wrong numbers
  missed_at DATETIME(6) NOT NULL,               -- the last of them, or asked_at
  PRIMARY KEY (club_id, phone, kind),
  KEY pending_until (until_at),
  CONSTRAINT pending_kind CHECK (kind BETWEEN 1 AND 6),
  CONSTRAINT pending_number CHECK (number BETWEEN 10000 AND 99999)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
