-- Promotional texts that were let go, or are about to leave: what the caps of a phone count.
CREATE TABLE promo_sent (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  message_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  PRIMARY KEY (club_id, phone, message_id),
  KEY promo_sent_age (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Its row is the lock of a phone's counting: whoever lets a text go to her waits for whoever does so already.
CREATE TABLE promo_phone (
  club_id INT UNSIGNED NOT NULL,
  phone BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, phone)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
