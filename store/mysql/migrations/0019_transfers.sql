-- Transfers and their undoing: how much of it came back, and by which.
ALTER TABLE credit_move
  DROP COLUMN undone_at,
  ADD COLUMN returned BIGINT NOT NULL DEFAULT 0,           -- of a transfer, to its sender
  ADD COLUMN undoes BIGINT UNSIGNED NOT NULL DEFAULT 0,    -- kind 4: which transfer; else 0
  ADD CONSTRAINT credit_move_returned CHECK (returned >= 0 AND returned <= amount);

ALTER TABLE club
  ADD COLUMN give_per_day_max BIGINT NOT NULL DEFAULT 5000000,
  ADD COLUMN give_undo_seconds INT UNSIGNED NOT NULL DEFAULT 120;
