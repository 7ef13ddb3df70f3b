-- What is remembered of a member as a customer: how she buys, where she stands, what offers have given her.

-- Days are of the club's calendar, counted from 1970-01-01. Branch 0: the whole club.
CREATE TABLE behaviour (
  member_id BIGINT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  club_id INT UNSIGNED NOT NULL,
  purchases INT UNSIGNED NOT NULL,              -- of which something is left
  visits INT UNSIGNED NOT NULL,                 -- days; 0 with purchases: they are still to be folded
  first_day INT NOT NULL,
  last_day INT NOT NULL,
  spent BIGINT NOT NULL,
  gap_squares BIGINT UNSIGNED NOT NULL,
  hours VARBINARY(48) NOT NULL,                 -- purchases in each hour of the day, two octets each, the low one first
  PRIMARY KEY (member_id, branch_no),
  KEY behaviour_of_club (club_id, branch_no, member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The days of those who bought before: no SQL that both databases speak knows the clubs' time zones. They are folded at
-- the member's next purchase, or by a job, whichever comes first.
INSERT INTO behaviour (member_id, branch_no, club_id, purchases, visits, first_day, last_day, spent, gap_squares, hours)
  SELECT p.member_id, 0, p.club_id, COUNT(*), 0, 0, 0, 0, 0, ''
  FROM purchase p JOIN member m ON m.member_id = p.member_id
  WHERE p.refunded < p.amount AND m.phone IS NOT NULL
  GROUP BY p.member_id, p.club_id;

-- In clubs that give points or have tiers.
CREATE TABLE standing (
  member_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  points BIGINT NOT NULL,
  tier INT UNSIGNED NOT NULL,                   -- 0: none; 1 the lowest
  since_day INT NOT NULL,
  until_day INT NOT NULL,                       -- the first on which it is looked at again; 0: never
  KEY standing_due (club_id, until_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Only added to.
CREATE TABLE point_entry (
  entry_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  points BIGINT NOT NULL,                       -- below 0: taken back
  at DATETIME(6) NOT NULL,
  purchase_id BIGINT UNSIGNED NOT NULL,         -- 0: of none
  version_id BIGINT UNSIGNED NULL,              -- of the offer that gave them
  KEY point_entry_member (member_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE offer_use (
  member_id BIGINT UNSIGNED NOT NULL,
  offer_id INT UNSIGNED NOT NULL,
  club_id INT UNSIGNED NOT NULL,
  uses INT UNSIGNED NOT NULL,
  last_day INT NOT NULL,
  uses_on_day INT UNSIGNED NOT NULL,            -- of the last day, as what follows
  given_on_day BIGINT NOT NULL,
  PRIMARY KEY (member_id, offer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Only added to: what each effect of an offer gave to whom, and by which facts.
CREATE TABLE offer_grant (
  grant_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  purchase_id BIGINT UNSIGNED NOT NULL,         -- 0: it came of none
  version_id BIGINT UNSIGNED NOT NULL,
  offer_id INT UNSIGNED NOT NULL,
  place INT UNSIGNED NOT NULL,                  -- of the effect in its version
  kind TINYINT UNSIGNED NOT NULL,               -- 0 percent off 1 cash off 2 credit by percent 3 credit 4 points 5 by percent
                                                -- 6 gift 7 entries 8 note
  value BIGINT NOT NULL,
  of_budget BIGINT NOT NULL,                    -- what it spent of the offer's budget
  lot_id BIGINT UNSIGNED NULL,
  at DATETIME(6) NOT NULL,
  facts VARCHAR(2000) NOT NULL,                 -- a JSON object of what its conditions looked at; empty: forgotten
  KEY offer_grant_purchase (purchase_id),
  KEY offer_grant_member (member_id, at),
  KEY offer_grant_offer (offer_id, at),
  KEY offer_grant_lot (lot_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A purchase: what the till took off, and what it would have earned had nothing been refunded before it came. It may
-- earn more than it cost: a fixed sum.
ALTER TABLE purchase
  ADD COLUMN discount BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN earned_whole BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN points BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN grants INT UNSIGNED NOT NULL DEFAULT 0;
UPDATE purchase SET earned_whole = earned;
ALTER TABLE purchase DROP CONSTRAINT purchase_amounts;
ALTER TABLE purchase ADD CONSTRAINT purchase_amounts
  CHECK (amount >= 0 AND discount >= 0 AND earned >= 0 AND earned_whole >= 0 AND points >= 0);
