-- Texts that wait for their moment, by lane: however many reminders are due, what is more urgent is found at once. A gateway
-- of before that writes one does not say of which: a notice, as most are, not one that is in a hurry.
ALTER TABLE outbox_schedule ADD COLUMN lane TINYINT UNSIGNED NOT NULL DEFAULT 2 AFTER line;

UPDATE outbox_schedule s JOIN outbox o ON o.message_id = s.message_id SET s.lane = o.lane;

ALTER TABLE outbox_schedule DROP PRIMARY KEY, ADD PRIMARY KEY (line, lane, send_at, message_id);
