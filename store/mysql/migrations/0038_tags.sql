-- What a club calls its members, in words of its own that offers and segments may ask for. They go with the membership.
CREATE TABLE member_tag (
  member_id BIGINT UNSIGNED NOT NULL,
  tag VARCHAR(40) NOT NULL,                     -- folded, without blanks
  club_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (member_id, tag),
  CONSTRAINT member_tag_of_member FOREIGN KEY (member_id) REFERENCES member (member_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
