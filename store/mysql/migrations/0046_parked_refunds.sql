-- Refunds whose purchase is still to come are few among all: found by an index, by club and age.
ALTER TABLE refund ADD KEY refund_parked (state, club_id, at);
