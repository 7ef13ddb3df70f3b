-- The members of a club in the order of their numbers: what looks at all of them, bought or not, goes page by page, and
-- each page is a range of this, however many clubs there are.
ALTER TABLE member ADD KEY member_of_club (club_id, member_id);
