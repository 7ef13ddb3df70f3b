-- The user_message_reference that a receipt gave back, for parts that were never answered: they have no id. 0: none.
ALTER TABLE receipt_parked
  ADD COLUMN user_message_reference SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  ADD KEY receipt_parked_reference (carrier, user_message_reference);
