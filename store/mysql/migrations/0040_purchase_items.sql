-- What was on an invoice, where its till tells: a row a line. Never changed: a refund is of the purchase, not of a line.
CREATE TABLE purchase_item (
  purchase_id BIGINT UNSIGNED NOT NULL,
  place TINYINT UNSIGNED NOT NULL,              -- on the invoice; 0 the first
  word BIGINT UNSIGNED NOT NULL,                -- of its folded name: by which it is counted, and offers ask for it
  quantity INT UNSIGNED NOT NULL,
  amount BIGINT NULL,                           -- for all of it; NULL: the till does not say
  name VARCHAR(64) NOT NULL,                    -- as it was sent
  PRIMARY KEY (purchase_id, place)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
