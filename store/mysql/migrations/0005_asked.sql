-- Parts of whose fate no receipt told in time, and whose carrier was asked (query_sm): once.
ALTER TABLE outbox_part ADD COLUMN asked_at DATETIME(6) NULL;
