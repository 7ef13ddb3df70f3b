-- Keys of tills that peykctl makes, beside those of the club files (docs/decisions/0020). A key that is revoked keeps its
-- row, without its secret, so that its name opens nothing ever again; one that its club's file no longer lists is deleted.
ALTER TABLE till_key MODIFY branch_no INT UNSIGNED NULL;  -- NULL: bound to no branch
ALTER TABLE till_key
  ADD COLUMN in_file TINYINT UNSIGNED NOT NULL DEFAULT 1,         -- the club's file lists it
  ADD COLUMN secret_in_file TINYINT UNSIGNED NOT NULL DEFAULT 1,  -- and gives its secret
  ADD COLUMN old_secret VARBINARY(64) NULL,                       -- good too, until old_until
  ADD COLUMN old_until DATETIME(6) NULL,
  ADD COLUMN created_at DATETIME(6) NULL,
  ADD COLUMN created_by VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN rotated_at DATETIME(6) NULL,
  ADD COLUMN revoked_at DATETIME(6) NULL,
  ADD COLUMN revoked_by VARCHAR(64) NOT NULL DEFAULT '',
  ADD CONSTRAINT till_key_old_secret CHECK (old_secret IS NULL OR LENGTH(old_secret) BETWEEN 24 AND 64);
