-- What each offer did in the last days, as it was reckoned last night: for the club's managers and analysts.
CREATE TABLE offer_effect (
  club_id INT UNSIGNED NOT NULL,
  offer_id INT UNSIGNED NOT NULL,
  name VARCHAR(64) NOT NULL,
  title VARCHAR(100) NOT NULL,
  is_over TINYINT UNSIGNED NOT NULL,
  from_at DATETIME(6) NOT NULL,
  until_at DATETIME(6) NOT NULL,
  uses BIGINT UNSIGNED NOT NULL,
  members BIGINT UNSIGNED NOT NULL,
  given BIGINT NOT NULL,
  used BIGINT NOT NULL,                         -- of it: discount, and credit that was redeemed
  with_members BIGINT UNSIGNED NOT NULL,
  held_out BIGINT UNSIGNED NOT NULL,
  with_spent BIGINT NOT NULL,
  held_out_spent BIGINT NOT NULL,
  verdict TINYINT UNSIGNED NOT NULL,            -- 0 not measured 1 too few 2 chance 3 more 4 less
  PRIMARY KEY (club_id, offer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How her baskets go: the mean of those before the last visit, the later ones counting more, and the last. Who has
-- visits and no last basket is folded anew, at her next purchase or by a job.
ALTER TABLE behaviour
  ADD COLUMN recent BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN last_spent BIGINT NOT NULL DEFAULT 0;

ALTER TABLE till_key ADD COLUMN role TINYINT UNSIGNED NOT NULL DEFAULT 0;  -- 0 a till's 1 an analyst's: reports alone
