-- What is known of a message while it still waits: which parts the carrier has, how often it was tried, and whether
-- the member may hear it twice. outbox_part then also has parts of messages that are queued, and state 6: sent, and
-- nobody knows whether it was taken (its carrier_message_id is empty).
ALTER TABLE outbox
  ADD COLUMN attempts TINYINT UNSIGNED NOT NULL DEFAULT 0,      -- that failed, while it waits
  ADD COLUMN parts_begun TINYINT UNSIGNED NOT NULL DEFAULT 0,   -- 1: outbox_part has rows of it, though it waits
  ADD COLUMN maybe_twice TINYINT UNSIGNED NOT NULL DEFAULT 0,   -- 1: sent again though it may have been taken
  DROP CONSTRAINT outbox_state;
ALTER TABLE outbox
  ADD CONSTRAINT outbox_state CHECK (state BETWEEN 1 AND 6);    -- 6 unknown: may have been sent; is not sent again
