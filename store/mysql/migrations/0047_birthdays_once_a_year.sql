-- Of birthdays too a phone's last is known, whatever became of its membership: who leaves and joins again has one a year.
ALTER TABLE welcomed ADD COLUMN last_day INT NOT NULL DEFAULT 0;
INSERT IGNORE INTO welcomed (club_id, phone_key, offer_id, last_day)
  SELECT DISTINCT m.club_id, UNHEX(SHA2(CONCAT(k.octets, m.club_id, ':', m.phone), 256)), u.offer_id, u.last_day
  FROM offer_use u JOIN member m ON m.member_id = u.member_id JOIN offer_version v ON v.offer_id = u.offer_id
  CROSS JOIN phone_secret k
  WHERE m.phone IS NOT NULL AND u.uses > 0 AND v.body LIKE '%"on":"birthday"%';
