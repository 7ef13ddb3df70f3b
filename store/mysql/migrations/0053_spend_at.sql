-- Where credit may be spent, by where it was earned (docs/decisions/0042).

-- The branch of the purchase that brought it; 0: of none. What moves keeps it.
ALTER TABLE lot ADD COLUMN branch_no INT UNSIGNED NOT NULL DEFAULT 0;

-- What there is already: the first lot of a purchase is named by its code, the others by what its offers gave.
UPDATE purchase p JOIN code c ON c.code_id = p.code_id JOIN lot l ON l.lot_id = c.lot_id SET l.branch_no = p.branch_no;
UPDATE offer_grant g JOIN purchase p ON p.purchase_id = g.purchase_id JOIN lot l ON l.lot_id = g.lot_id
  SET l.branch_no = p.branch_no;

-- And what has moved since, however often. One entry fills a lot, so each is found once.
UPDATE lot l JOIN (
  WITH RECURSIVE moved (lot_id, branch_no) AS (
    SELECT e.to_lot_id, f.branch_no FROM ledger_entry e JOIN lot f ON f.lot_id = e.lot_id
      WHERE e.kind = 6 AND f.branch_no <> 0
    UNION DISTINCT
    SELECT e.to_lot_id, m.branch_no FROM moved m JOIN ledger_entry e ON e.lot_id = m.lot_id WHERE e.kind = 6
  ) SELECT lot_id, branch_no FROM moved) its ON its.lot_id = l.lot_id
  SET l.branch_no = its.branch_no;

-- Credit of a branch that has rows here is good at the branches of those rows alone; all else is good everywhere.
CREATE TABLE branch_spend (
  club_id INT UNSIGNED NOT NULL,
  earned_no INT UNSIGNED NOT NULL,
  spent_no INT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, earned_no, spent_no),
  CONSTRAINT branch_spend_earned FOREIGN KEY (club_id, earned_no) REFERENCES branch (club_id, branch_no),
  CONSTRAINT branch_spend_spent FOREIGN KEY (club_id, spent_no) REFERENCES branch (club_id, branch_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
