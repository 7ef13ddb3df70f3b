-- What a club's systems tell of its members beside purchases: that one did something, that one rated a purchase.

-- Each is known again by the name that its teller gave it. Kept as purchases are: it names no phone.
CREATE TABLE member_event (
  event_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  till_key VARCHAR(64) NOT NULL,
  reference VARCHAR(64) NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  name VARCHAR(40) NOT NULL,                    -- folded
  score TINYINT UNSIGNED NOT NULL DEFAULT 0,    -- of a survey, 1 to 5; 0: none
  purchase_id BIGINT UNSIGNED NULL,             -- that a survey is about; NULL: none
  at DATETIME(6) NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  answer TEXT NOT NULL,
  UNIQUE KEY member_event_reference (club_id, till_key, reference),
  UNIQUE KEY member_event_of_purchase (purchase_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The last rating of each. It goes with the membership.
CREATE TABLE survey_score (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  score TINYINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  purchase_id BIGINT UNSIGNED NOT NULL DEFAULT 0,  -- 0: of none
  CONSTRAINT survey_score_of_member FOREIGN KEY (member_id) REFERENCES member (member_id),
  CONSTRAINT survey_score_range CHECK (score BETWEEN 1 AND 5)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
