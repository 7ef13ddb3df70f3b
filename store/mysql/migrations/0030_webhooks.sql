-- What a club's own systems are told.

CREATE TABLE webhook_endpoint (
  endpoint_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  name VARCHAR(32) NOT NULL,
  url VARCHAR(500) NOT NULL,
  secret VARBINARY(64) NOT NULL,
  events INT UNSIGNED NOT NULL,                 -- bits, by type
  is_listed TINYINT UNSIGNED NOT NULL,          -- the club's file names it
  is_enabled TINYINT UNSIGNED NOT NULL,         -- and wants it called
  disabled_at DATETIME(6) NULL,                 -- it said that it is gone
  disabled_why VARCHAR(100) NOT NULL DEFAULT '',
  UNIQUE KEY webhook_endpoint_name (club_id, name),
  CONSTRAINT webhook_endpoint_of_club FOREIGN KEY (club_id) REFERENCES club (club_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- An event for one endpoint; its number grows with each member's events, since the row of webhook_queue is locked first.
-- No foreign keys: what it tells of is saved in the same transaction, and it outlives none of that.
CREATE TABLE webhook_event (
  event_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  endpoint_id INT UNSIGNED NOT NULL,
  club_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  type TINYINT UNSIGNED NOT NULL,               -- 1 member.joined 2 credit.granted 3 code.redeemed 4 code.voided
                                                -- 5 credit.expired 6 message.failed
  about BIGINT UNSIGNED NOT NULL,               -- the row that it tells of
  at DATETIME(6) NOT NULL,
  data VARCHAR(1000) NOT NULL,                  -- JSON; names no phone
  state TINYINT UNSIGNED NOT NULL DEFAULT 1,    -- 1 waiting 2 delivered 3 failed
  attempts TINYINT UNSIGNED NOT NULL DEFAULT 0,
  attempted_at DATETIME(6) NULL,
  outcome VARCHAR(200) NOT NULL DEFAULT '',     -- of the last attempt, in words
  UNIQUE KEY webhook_event_once (endpoint_id, type, about),
  KEY webhook_event_waiting (state, endpoint_id, member_id, event_id),
  KEY webhook_event_of_club (club_id, event_id),
  CONSTRAINT webhook_event_state CHECK (state BETWEEN 1 AND 3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The members of whom an endpoint still has to be told something. Who delivers takes the row until next_at; if he dies
-- with it, others see it again then.
CREATE TABLE webhook_queue (
  endpoint_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  next_at DATETIME(6) NOT NULL,
  claim BIGINT UNSIGNED NOT NULL DEFAULT 0,     -- who took it
  PRIMARY KEY (endpoint_id, member_id),
  KEY webhook_queue_due (endpoint_id, next_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
