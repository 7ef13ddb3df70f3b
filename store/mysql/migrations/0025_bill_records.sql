-- What is about an invoice, one row a record, each at a place of its own: who decides without having seen another's
-- record finds the place taken and decides anew. Purchases stand here too, so that an invoice is found in whatever
-- letters a cashier types it.
CREATE TABLE bill_record (
  club_id INT UNSIGNED NOT NULL,
  branch_no INT UNSIGNED NOT NULL,
  invoice VARCHAR(128) NOT NULL,                -- folded, as people type it: in small letters, digits in ASCII
  place INT UNSIGNED NOT NULL,                  -- from 1
  kind TINYINT UNSIGNED NOT NULL,               -- 1 redemption 2 refund 3 purchase 4 typed by a cashier 5 redemption undone
  record_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (club_id, branch_no, invoice, place)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO bill_record (club_id, branch_no, invoice, place, kind, record_id)
  SELECT club_id, branch_no, invoice,
         ROW_NUMBER() OVER (PARTITION BY club_id, branch_no, invoice ORDER BY kind, record_id), kind, record_id
  FROM (SELECT club_id, branch_no, invoice, kind, record_id FROM invoice_mark
        UNION ALL
        SELECT p.club_id, p.branch_no, LOWER(p.invoice), IF(s.purchase_id IS NULL, 3, 4), p.purchase_id
        FROM purchase p LEFT JOIN cashier_sale s ON s.purchase_id = p.purchase_id) known;
DROP TABLE invoice_mark;
