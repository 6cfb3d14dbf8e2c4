-- What is looked for every second, or with every job, must not take longer with every row.
-- In the order they are worked on: sorted by another column, the whole table was read instead.
DROP INDEX media_waiting;
CREATE INDEX media_waiting ON media (id) WHERE state = 'received';
CREATE INDEX jobs_unannounced ON jobs (id) WHERE announced = 0;
CREATE INDEX jobs_served ON jobs (turn) WHERE submitting_at_milliseconds IS NOT NULL;
CREATE INDEX jobs_ended_by_engine ON jobs (engine, id)
    WHERE noticed_end_at_milliseconds IS NOT NULL;
CREATE INDEX detections_of_half ON detections (media_id);
CREATE INDEX inbox_handled ON inbox (handled_at_milliseconds) WHERE state = 'done';
