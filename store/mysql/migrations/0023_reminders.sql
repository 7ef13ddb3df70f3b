-- Members are told of credit that is about to lapse: of all that lapses at one instant together, lot by lot in the order of
-- lot_due, by whichever gateway has the row. What was looked at is not looked at again.
ALTER TABLE club ADD COLUMN remind_days INT UNSIGNED NOT NULL DEFAULT 3;

CREATE TABLE reminder_round (
  expires_at DATETIME(6) NOT NULL,
  days_before INT UNSIGNED NOT NULL,            -- the clubs that remind so long before
  after_lot BIGINT UNSIGNED NOT NULL DEFAULT 0, -- the last that was looked at
  is_done TINYINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (expires_at, days_before)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
