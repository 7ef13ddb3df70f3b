-- Only added to: which manager wrote to which member. What it said stands in the outbox.
CREATE TABLE manager_letter (
  letter_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  manager_phone BIGINT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY manager_letter_day (club_id, manager_phone, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
