-- Dead letters that were sent anew: how the life before ended, and those of its parts that did not arrive. Their
-- messages keep their rows in outbox, and live there once more.

CREATE TABLE outbox_replay (
  message_id BIGINT UNSIGNED NOT NULL,
  replay SMALLINT UNSIGNED NOT NULL,            -- from 1
  line VARCHAR(20) NOT NULL,
  replayed_at DATETIME(6) NOT NULL,
  replayed_by VARCHAR(64) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,              -- in which the life before ended: 4, 5 or 6, as in outbox
  reason VARCHAR(100) NOT NULL,
  valid_until DATETIME(6) NOT NULL,             -- of the life before
  settled_at DATETIME(6) NULL,
  taken_up_at DATETIME(6) NULL,                 -- a gateway has put the message into its lane
  PRIMARY KEY (message_id, replay),
  KEY outbox_replay_waiting (taken_up_at, line),
  KEY outbox_replay_age (replayed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Parts that failed before that replay; the others stay in outbox_part.
CREATE TABLE outbox_replay_part (
  message_id BIGINT UNSIGNED NOT NULL,
  replay SMALLINT UNSIGNED NOT NULL,
  part TINYINT UNSIGNED NOT NULL,
  carrier VARCHAR(32) NOT NULL,
  carrier_message_id VARBINARY(255) NOT NULL,
  receipt_word VARBINARY(20) NOT NULL,
  error VARBINARY(16) NOT NULL,
  submitted_at DATETIME(6) NULL,
  done_at DATETIME(6) NULL,
  PRIMARY KEY (message_id, replay, part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
