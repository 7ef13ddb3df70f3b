-- Receipts in disguise: parts are found by id_key (the carrier's id without case, padding and dashes; see
-- store/carrier_ids.hpp), and have times of their own. What cannot be matched or read is kept for a person.
-- id_key here is near enough for what was sent before today: the program's own is exact.

ALTER TABLE outbox_part
  ADD COLUMN id_key VARBINARY(80) NOT NULL DEFAULT '',
  ADD COLUMN receipt_word VARBINARY(20) NOT NULL DEFAULT '',  -- the state as the carrier called it, the last one
  ADD COLUMN submitted_at DATETIME(6) NULL,
  ADD COLUMN done_at DATETIME(6) NULL,                        -- final, by the carrier's clock if it can be believed
  DROP KEY outbox_part_receipt,
  ADD KEY outbox_part_id (carrier, id_key);

UPDATE outbox_part p JOIN outbox o ON o.message_id = p.message_id
SET p.submitted_at = o.settled_at,
    p.id_key = LOWER(CASE WHEN CONVERT(p.carrier_message_id USING latin1) REGEXP '^0*[1-9A-Fa-f][0-9A-Fa-f]*$'
                          THEN TRIM(LEADING '0' FROM CONVERT(p.carrier_message_id USING latin1))
                          ELSE LEFT(CONVERT(p.carrier_message_id USING latin1), 80) END);

-- Receipts whose part is not known yet, or not surely.
DROP TABLE receipt_parked;
CREATE TABLE receipt_parked (
  parked_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  carrier VARCHAR(32) NOT NULL,
  carrier_message_id VARBINARY(64) NOT NULL,
  id_key VARBINARY(80) NOT NULL,
  text_id VARBINARY(64) NOT NULL,               -- where the text names another id than the TLV
  text_id_key VARBINARY(80) NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,               -- 0: none that can be read
  state TINYINT UNSIGNED NOT NULL,              -- 3 delivered 4 failed
  receipt_word VARBINARY(20) NOT NULL,
  error VARBINARY(16) NOT NULL,
  done_at DATETIME(6) NULL,
  parked_at DATETIME(6) NOT NULL,
  next_try_at DATETIME(6) NOT NULL,
  UNIQUE KEY receipt_parked_once (carrier, carrier_message_id, phone),
  KEY receipt_parked_id (carrier, id_key),
  KEY receipt_parked_text_id (carrier, text_id_key),
  KEY receipt_parked_next (next_try_at),
  KEY receipt_parked_age (parked_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Receipts for a person to look at.
CREATE TABLE receipt_aside (
  aside_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  carrier VARCHAR(32) NOT NULL,
  why TINYINT UNSIGNED NOT NULL,                -- 1 unreadable 2 no such message
  carrier_message_id VARBINARY(64) NOT NULL DEFAULT '',
  phone BIGINT UNSIGNED NOT NULL DEFAULT 0,
  receipt_word VARBINARY(20) NOT NULL DEFAULT '',
  error VARBINARY(16) NOT NULL DEFAULT '',
  pdu VARBINARY(2000) NOT NULL DEFAULT '',      -- of an unreadable one, its beginning
  received_at DATETIME(6) NOT NULL,
  aside_at DATETIME(6) NOT NULL,
  KEY receipt_aside_age (aside_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Which disguise each carrier's receipts wear, learned.
CREATE TABLE carrier_id_habit (
  carrier VARCHAR(32) NOT NULL PRIMARY KEY,
  same INT UNSIGNED NOT NULL,
  hex_to_decimal INT UNSIGNED NOT NULL,
  decimal_to_hex INT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
