-- Receipts that name their part by its user_message_reference alone: of one phone, many may wait.
ALTER TABLE receipt_parked
  DROP KEY receipt_parked_once,
  ADD UNIQUE KEY receipt_parked_once (carrier, carrier_message_id, phone, user_message_reference);
