-- What the bot said to each group of its own accord; a group it was removed from has no row.
CREATE TABLE arrivals (
    chat_id INTEGER PRIMARY KEY,
    -- who added the bot, where that is known
    added_by INTEGER,
    introduced INTEGER NOT NULL DEFAULT 0 CHECK (introduced IN (0, 1)),
    -- what was said to be missing and has not been mended since
    lack TEXT CHECK (lack IN ('messages', 'videos')),
    at_milliseconds INTEGER NOT NULL
) STRICT;

-- Where a job's video goes when its own chat does not take it: a message that becomes the video.
CREATE TABLE detours (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id),
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL
) STRICT;

-- Of a job that cannot be delivered its group is told from now on, but not of those of before.
UPDATE jobs SET announced = 1 WHERE state = 'undeliverable';
