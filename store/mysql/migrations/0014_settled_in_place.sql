-- A text that waits has settled_at in 1970. While it was NULL, the row grew by eight octets when its text was settled and
-- so had to move within its page or out of it: half of what settling cost (docs/decisions/0011-settled-in-place.md).
UPDATE outbox SET settled_at = '1970-01-01 00:00:00' WHERE settled_at IS NULL;
ALTER TABLE outbox
  MODIFY settled_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';  -- when it was submitted or given up
