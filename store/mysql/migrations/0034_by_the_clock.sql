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
