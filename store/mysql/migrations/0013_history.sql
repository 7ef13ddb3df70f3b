-- What is over leaves the outbox for a history of the same columns, in partitions by the day on which it was settled:
-- the outbox stays as small as what still moves, and old days go at once. The gateways make the partitions of days to
-- come and drop those that are past their time (history in peyk.yaml); whatever has none yet lies in `later`.

CREATE TABLE outbox_history (
  message_id BIGINT UNSIGNED NOT NULL,
  club_id INT UNSIGNED NOT NULL,
  line VARCHAR(20) NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  lane TINYINT UNSIGNED NOT NULL,
  parts TINYINT UNSIGNED NOT NULL,
  text TEXT NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  reason VARCHAR(100) NOT NULL DEFAULT '',
  created_at DATETIME(6) NOT NULL,
  valid_until DATETIME(6) NOT NULL,
  settled_at DATETIME(6) NULL,
  attempts TINYINT UNSIGNED NOT NULL DEFAULT 0,
  parts_begun TINYINT UNSIGNED NOT NULL DEFAULT 0,
  maybe_twice TINYINT UNSIGNED NOT NULL DEFAULT 0,
  send_at DATETIME(6) NULL,
  settled_on DATE NOT NULL,                     -- of settled_at, UTC
  PRIMARY KEY (message_id, settled_on),
  KEY outbox_history_phone (phone, message_id),
  KEY outbox_history_state (state, settled_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE COLUMNS (settled_on) (PARTITION later VALUES LESS THAN (MAXVALUE));

CREATE TABLE outbox_part_history (
  message_id BIGINT UNSIGNED NOT NULL,
  part TINYINT UNSIGNED NOT NULL,
  carrier VARCHAR(32) NOT NULL,
  carrier_message_id VARBINARY(255) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  error VARBINARY(16) NOT NULL DEFAULT '',
  id_key VARBINARY(80) NOT NULL DEFAULT '',
  receipt_word VARBINARY(20) NOT NULL DEFAULT '',
  submitted_at DATETIME(6) NULL,
  done_at DATETIME(6) NULL,
  asked_at DATETIME(6) NULL,
  settled_on DATE NOT NULL,                     -- of its message
  PRIMARY KEY (message_id, part, settled_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE COLUMNS (settled_on) (PARTITION later VALUES LESS THAN (MAXVALUE));
