-- What a club's purchases of the last days tell of it, as it was reckoned last night: for its managers.
CREATE TABLE insight (
  club_id INT UNSIGNED NOT NULL PRIMARY KEY,
  from_at DATETIME(6) NOT NULL,
  until_at DATETIME(6) NOT NULL,
  purchases BIGINT UNSIGNED NOT NULL,
  purchases_before BIGINT UNSIGNED NOT NULL,
  sold BIGINT NOT NULL,
  sold_before BIGINT NOT NULL,
  by_members BIGINT NOT NULL,
  by_top BIGINT NOT NULL,
  top_members BIGINT UNSIGNED NOT NULL,
  top_asleep BIGINT UNSIGNED NOT NULL,
  best VARCHAR(64) NOT NULL,
  best_count BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The digest: a member of the highest spending who stays away longer than so many percent of her usual gap; 0: never.
-- And once a week what last night's insight says: 0 no, 1 yes.
ALTER TABLE digest_policy
  ADD COLUMN quiet INT UNSIGNED NOT NULL DEFAULT 200,
  ADD COLUMN insights TINYINT UNSIGNED NOT NULL DEFAULT 0;

-- Beside the bounds of scores those of a place by spending: 99 of them, a JSON array; NULL: not reckoned yet.
ALTER TABLE lrfm_bounds ADD COLUMN places TEXT NULL;
