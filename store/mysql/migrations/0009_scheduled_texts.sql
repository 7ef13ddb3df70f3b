-- Texts that must not be sent before a moment wait in state 7; texts that are not to be sent any more are in state 8, with
-- who or what decided so as their reason.
ALTER TABLE outbox
  ADD COLUMN send_at DATETIME(6) NULL,                          -- not before; NULL: at once
  DROP CONSTRAINT outbox_state;
ALTER TABLE outbox
  ADD CONSTRAINT outbox_state CHECK (state BETWEEN 1 AND 8);    -- 7 scheduled 8 cancelled

-- Those in state 7, by the moment they wait for. A table of its own: an index of outbox would have all rows in it, and
-- would change with each of their states.
CREATE TABLE outbox_schedule (
  line VARCHAR(20) NOT NULL,
  send_at DATETIME(6) NOT NULL,
  message_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (line, send_at, message_id),
  UNIQUE KEY outbox_schedule_message (message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
