-- An endpoint that takes nothing for days is told no more: what counts is when it was good last.
ALTER TABLE webhook_endpoint
  ADD COLUMN good_at DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';  -- it took an event, or was to be called anew
UPDATE webhook_endpoint SET good_at = UTC_TIMESTAMP(6);
