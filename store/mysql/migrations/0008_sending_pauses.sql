-- What operators decide of the way out: what is not to be sent for now, and how clubs share a lane.

-- A row: stopped until somebody resumes it.
CREATE TABLE sending_pause (
  scope TINYINT UNSIGNED NOT NULL,              -- 0 a line, 1 a lane of a line, 2 a club, on every line
  line VARCHAR(20) NOT NULL,                    -- '' for a club
  subject INT UNSIGNED NOT NULL,                -- the lane, or club_id; 0 for a line
  paused_at DATETIME(6) NOT NULL,
  paused_by VARCHAR(64) NOT NULL,
  reason VARCHAR(200) NOT NULL,
  PRIMARY KEY (scope, line, subject)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE club
  ADD COLUMN sending_weight INT UNSIGNED NOT NULL DEFAULT 1;  -- messages a turn, where clubs wait for one line
