-- What happens by the clock: a club's night, its mornings, who was in which segment.

-- A night of a club: its scores' bounds and its segments are reckoned by one gateway at a time, which renews its claim
-- while it is at it; when it dies, another begins anew.
CREATE TABLE night (
  club_id INT UNSIGNED NOT NULL,
  day INT NOT NULL,                             -- of the club's calendar, counted from 1970-01-01
  claim BIGINT UNSIGNED NOT NULL DEFAULT 0,     -- who is at it
  claimed_until DATETIME(6) NULL,
  done_at DATETIME(6) NULL,
  PRIMARY KEY (club_id, day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How far a morning of a club has come: whose birthday it is, who stays away. Its row is locked by who is at it.
CREATE TABLE occasion_round (
  club_id INT UNSIGNED NOT NULL,
  day INT NOT NULL,
  occasion TINYINT UNSIGNED NOT NULL,           -- 1 birthday 2 away
  after_member BIGINT UNSIGNED NOT NULL DEFAULT 0,
  is_done TINYINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (club_id, day, occasion)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who was in which of a club's segments last night, by the places that segment_place gives their names; written only
-- where it changed.
CREATE TABLE segment_mask (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  mask BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE segment_place (
  club_id INT UNSIGNED NOT NULL,
  place TINYINT UNSIGNED NOT NULL,              -- its bit in the masks, from 0
  name VARCHAR(40) NOT NULL,                    -- empty: free
  PRIMARY KEY (club_id, place)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE segment_day (
  club_id INT UNSIGNED NOT NULL,
  day INT NOT NULL,
  name VARCHAR(40) NOT NULL,
  members BIGINT UNSIGNED NOT NULL,
  entered BIGINT UNSIGNED NOT NULL,             -- since the night before that
  left_it BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, day, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
