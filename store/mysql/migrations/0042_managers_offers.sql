-- Offers that managers begin by text, and what waits for their confirmation; the draws of surprises.

ALTER TABLE offer ADD COLUMN begun_by BIGINT UNSIGNED NULL;   -- the manager's phone; NULL: it is of the club's file
ALTER TABLE offer ADD COLUMN ended_by BIGINT UNSIGNED NULL;   -- who ended it before its time
ALTER TABLE offer ADD COLUMN ends_at DATETIME(6) NULL;        -- of one that a manager began: when it is over
ALTER TABLE offer ADD COLUMN seed INT UNSIGNED NOT NULL DEFAULT 0;  -- of its draws; 0: it has none
ALTER TABLE offer ADD KEY offer_ends (club_id, ends_at);

-- How many members an offer for a tier would reach.
ALTER TABLE standing ADD KEY standing_tier (club_id, tier);

ALTER TABLE pending ADD COLUMN offer VARCHAR(2000) NOT NULL DEFAULT '';
ALTER TABLE pending DROP CONSTRAINT pending_kind;
ALTER TABLE pending ADD CONSTRAINT pending_kind CHECK (kind BETWEEN 1 AND 9);
