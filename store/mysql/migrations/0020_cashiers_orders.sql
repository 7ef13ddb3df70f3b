-- Purchases that cashiers report by text. The row of the purchase has everything else.
CREATE TABLE cashier_sale (
  purchase_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  cashier_phone BIGINT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  made_up TINYINT UNSIGNED NOT NULL,            -- its invoice: she gave none
  at DATETIME(6) NOT NULL,
  KEY cashier_sale_day (club_id, cashier_phone, at),
  CONSTRAINT sale_of_purchase FOREIGN KEY (purchase_id) REFERENCES purchase (purchase_id)
) ENGINE=InnoDB;

-- A branch's purchases of the day.
ALTER TABLE purchase ADD KEY purchase_branch (club_id, branch_no, recorded_at);

-- Orders of cashiers that a number confirms: 7 a purchase.
ALTER TABLE pending DROP CONSTRAINT pending_kind;
ALTER TABLE pending ADD CONSTRAINT pending_kind CHECK (kind BETWEEN 1 AND 7);

-- Wrong codes, PINs and numbers of a branch's and (branch 0) a club's phones together, in windows of ten minutes.
CREATE TABLE miss_window (
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  misses INT UNSIGNED NOT NULL,
  started_at DATETIME(6) NOT NULL,
  told TINYINT UNSIGNED NOT NULL,               -- its managers, of too many
  PRIMARY KEY (club_id, branch_no)
) ENGINE=InnoDB;
ALTER TABLE club
  ADD COLUMN branch_misses_max INT UNSIGNED NOT NULL DEFAULT 20,
  ADD COLUMN club_misses_max INT UNSIGNED NOT NULL DEFAULT 60,
  ADD COLUMN dispute_window_hours INT UNSIGNED NOT NULL DEFAULT 24,
  ADD COLUMN proof_last4_from BIGINT NOT NULL DEFAULT 0,        -- 0: never
  ADD COLUMN proof_handset_from BIGINT NOT NULL DEFAULT 0;

-- Shoppers whom a cashier has asked to join, since then.
ALTER TABLE cashier
  ADD COLUMN invites INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN invites_since DATETIME(6) NULL;

-- Redemptions that their members say were not theirs. Nothing is undone by a row.
CREATE TABLE dispute (
  redemption_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  club_id INT UNSIGNED NOT NULL,
  member_id BIGINT UNSIGNED NOT NULL,
  at DATETIME(6) NOT NULL,
  KEY dispute_club (club_id, at),
  CONSTRAINT dispute_of_redemption FOREIGN KEY (redemption_id) REFERENCES redemption (redemption_id)
) ENGINE=InnoDB;
