-- What waits is read again lane by lane, the most urgent first: a lost Redis gets the answers to cashiers back before a
-- campaign.
ALTER TABLE outbox
  ADD KEY outbox_lane_waiting (state, line, lane, message_id),
  DROP KEY outbox_waiting;
