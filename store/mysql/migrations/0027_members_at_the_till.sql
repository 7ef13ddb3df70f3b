-- Shoppers whom a till's key has asked to join, since then: as a cashier's.
ALTER TABLE till_key
  ADD COLUMN invites INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN invites_since DATETIME(6) NULL;
