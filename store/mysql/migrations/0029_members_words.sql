-- A membership ends by a number too: 8.
ALTER TABLE pending DROP CONSTRAINT pending_kind;
ALTER TABLE pending ADD CONSTRAINT pending_kind CHECK (kind BETWEEN 1 AND 8);

-- A second LEAVE confirms nothing any more. Phones that a member named and that are no members, since then.
ALTER TABLE member
  DROP COLUMN leave_asked_at,
  ADD COLUMN strangers INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN strangers_since DATETIME(6) NOT NULL DEFAULT '1970-01-01 00:00:00';
