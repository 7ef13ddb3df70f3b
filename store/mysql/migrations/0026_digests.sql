-- The managers' digest of the day before: what is odd to a club, which days were told of, what must be found quickly.
CREATE TABLE digest_policy (
  club_id INT UNSIGNED NOT NULL PRIMARY KEY,
  told TINYINT UNSIGNED NOT NULL,               -- 0 never 1 of what was odd 2 daily
  hour INT UNSIGNED NOT NULL,                   -- of the club's clock
  own_phone INT UNSIGNED NOT NULL,              -- from so many in a day; 0: never
  purchases INT UNSIGNED NOT NULL,
  split INT UNSIGNED NOT NULL,
  split_minutes INT UNSIGNED NOT NULL,
  refunds INT UNSIGNED NOT NULL,
  voids INT UNSIGNED NOT NULL,
  misses INT UNSIGNED NOT NULL,
  club_misses INT UNSIGNED NOT NULL,
  CONSTRAINT digest_policy_of_club FOREIGN KEY (club_id) REFERENCES club (club_id),
  CONSTRAINT digest_policy_told CHECK (told BETWEEN 0 AND 2)
) ENGINE=InnoDB;

-- A row a club and day, kept for good: however clocks jump, no day is told of twice.
CREATE TABLE digest (
  day_from DATETIME(6) NOT NULL,                -- first instant of the club's local day
  club_id INT UNSIGNED NOT NULL,
  told_at DATETIME(6) NULL,                     -- NULL: not yet
  texts INT UNSIGNED NOT NULL DEFAULT 0,        -- 0: there was nothing to tell, or nobody to tell it
  PRIMARY KEY (day_from, club_id)
) ENGINE=InnoDB;

-- Wrong codes, PINs and numbers of a day, by who sent them. Written under the lock of the club's miss_window; the
-- digest deletes what is a week old.
CREATE TABLE miss_day (
  club_id INT UNSIGNED NOT NULL,
  day_from DATETIME(6) NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  cashier_phone BIGINT UNSIGNED NOT NULL,       -- 0: a till
  till_key VARCHAR(64) NOT NULL,                -- else empty
  misses INT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, day_from, branch_no, cashier_phone, till_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A branch's refunds of a day (TODAY asks too), a day's voids, a club's members of a day.
ALTER TABLE refund ADD KEY refund_branch (club_id, branch_no, at);
ALTER TABLE redemption_void ADD KEY redemption_void_at (at);
ALTER TABLE member ADD KEY member_joined (club_id, joined_at);
