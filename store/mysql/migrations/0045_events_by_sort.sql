-- Events by endpoint, state and type, in the order of their numbers: whoever asks for some of them walks along a few
-- ranges, and how old the oldest is that waits is the first of one.
ALTER TABLE webhook_event ADD KEY webhook_event_by_sort (endpoint_id, state, type, event_id);
