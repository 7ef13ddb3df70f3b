-- How clubs treat whom: what their files say of it, and each version of each offer (docs/decisions/0023).

CREATE TABLE programme (
  club_id INT UNSIGNED NOT NULL PRIMARY KEY,
  body MEDIUMTEXT NOT NULL,                     -- JSON: segments, tiers, points, given bounds
  CONSTRAINT programme_of_club FOREIGN KEY (club_id) REFERENCES club (club_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- An offer by its name, through all of its versions; one that the file no longer has keeps its row.
CREATE TABLE offer (
  offer_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  name VARCHAR(40) NOT NULL,
  spent BIGINT NOT NULL DEFAULT 0,              -- what its budget has given
  UNIQUE KEY offer_name (club_id, name),
  CONSTRAINT offer_of_club FOREIGN KEY (club_id) REFERENCES club (club_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What it was when it gave. Never changed but for its end.
CREATE TABLE offer_version (
  version_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  offer_id INT UNSIGNED NOT NULL,
  body MEDIUMTEXT NOT NULL,                     -- JSON
  from_at DATETIME(6) NOT NULL,                 -- applied
  until_at DATETIME(6) NULL,                    -- changed or taken away; NULL: it is in force
  KEY offer_version_in_force (until_at, offer_id),
  KEY offer_version_of (offer_id, version_id),
  CONSTRAINT offer_version_of_offer FOREIGN KEY (offer_id) REFERENCES offer (offer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The quintiles of a club's members, of last night.
CREATE TABLE lrfm_bounds (
  club_id INT UNSIGNED NOT NULL PRIMARY KEY,
  reckoned_at DATETIME(6) NOT NULL,
  members BIGINT UNSIGNED NOT NULL,             -- of whom they were made
  body VARCHAR(1000) NOT NULL,                  -- JSON
  CONSTRAINT lrfm_bounds_of_club FOREIGN KEY (club_id) REFERENCES club (club_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
