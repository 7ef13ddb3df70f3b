-- What members tell of themselves. A row goes with its membership.
CREATE TABLE profile (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  name VARCHAR(60) NOT NULL DEFAULT '',         -- empty: not told, as with all that follows
  born_year SMALLINT UNSIGNED NOT NULL DEFAULT 0,  -- Jalali
  born_month TINYINT UNSIGNED NOT NULL DEFAULT 0,
  born_day TINYINT UNSIGNED NOT NULL DEFAULT 0,
  city VARCHAR(40) NOT NULL DEFAULT '',
  gender TINYINT UNSIGNED NOT NULL DEFAULT 0,   -- 1 woman 2 man
  born_changed_at DATETIME(6) NULL,             -- after it was first told; NULL: never
  completed_at DATETIME(6) NULL,                -- the first time; NULL: never
  KEY profile_birthday (club_id, born_month, born_day),
  CONSTRAINT profile_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT profile_gender CHECK (gender BETWEEN 0 AND 2),
  CONSTRAINT profile_born CHECK ((born_year = 0 AND born_month = 0 AND born_day = 0) OR
    (born_year BETWEEN 1200 AND 1599 AND born_month BETWEEN 1 AND 12 AND born_day BETWEEN 1 AND 31))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE club
  ADD COLUMN membership TINYINT UNSIGNED NOT NULL DEFAULT 0,  -- 0 open 1 closed
  ADD COLUMN join_after_purchases INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN profile_credit BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN hijri_shift_days TINYINT NOT NULL DEFAULT 0;
