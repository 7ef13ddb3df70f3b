-- Mornings of large clubs, and welcomes that are once a phone.

-- Who told the last of her profile lately.
ALTER TABLE profile ADD KEY profile_completed (club_id, completed_at);

-- Which offers for joining a phone has had, whatever became of its membership (docs/decisions/0022): no phone, but what this
-- database alone can make of one.
CREATE TABLE phone_secret (
  is_the_one TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  octets BINARY(32) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO phone_secret (is_the_one, octets) VALUES (1, RANDOM_BYTES(32));

CREATE TABLE welcomed (
  club_id INT UNSIGNED NOT NULL,
  phone_key BINARY(32) NOT NULL,                -- SHA-256 of the secret, the club and the phone
  offer_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, phone_key, offer_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO welcomed (club_id, phone_key, offer_id)
  SELECT DISTINCT m.club_id, UNHEX(SHA2(CONCAT(k.octets, m.club_id, ':', m.phone), 256)), u.offer_id
  FROM offer_use u JOIN member m ON m.member_id = u.member_id JOIN offer_version v ON v.offer_id = u.offer_id
  CROSS JOIN phone_secret k
  WHERE m.phone IS NOT NULL AND u.uses > 0 AND v.body LIKE '%"on":"join"%';
