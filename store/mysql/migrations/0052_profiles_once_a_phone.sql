-- For a whole profile too a phone gets something once, whatever became of its membership (docs/decisions/0022): what an offer
-- gave, and under offer 0, which is none, the club's own credit.
INSERT IGNORE INTO welcomed (club_id, phone_key, offer_id, last_day)
  SELECT DISTINCT m.club_id, UNHEX(SHA2(CONCAT(k.octets, m.club_id, ':', m.phone), 256)), u.offer_id, u.last_day
  FROM offer_use u JOIN member m ON m.member_id = u.member_id JOIN offer_version v ON v.offer_id = u.offer_id
  CROSS JOIN phone_secret k
  WHERE m.phone IS NOT NULL AND u.uses > 0 AND v.body LIKE '%"on":"profile"%';
INSERT IGNORE INTO welcomed (club_id, phone_key, offer_id)
  SELECT m.club_id, UNHEX(SHA2(CONCAT(k.octets, m.club_id, ':', m.phone), 256)), 0
  FROM profile f JOIN member m ON m.member_id = f.member_id
  JOIN lot l ON l.member_id = f.member_id AND l.origin = 2 AND l.created_at = f.completed_at
  CROSS JOIN phone_secret k WHERE m.phone IS NOT NULL;
