-- A long voice is made in parts: a part is a job of its own without a hold of its own, its whole is
-- the job with the hold, the status message and the delivery. `jobs` is rebuilt for the new states.
CREATE TABLE jobs_in_parts (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL UNIQUE,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES media (id),
    sound_id INTEGER NOT NULL REFERENCES media (id),
    engine TEXT NOT NULL,
    resolution TEXT NOT NULL,
    ratio TEXT,
    -- of a part: its share in its whole's hold
    held_milliseconds INTEGER NOT NULL CHECK (held_milliseconds > 0),
    price_micro_yuan_per_second INTEGER NOT NULL CHECK (price_micro_yuan_per_second >= 0),
    quota_weight_permille INTEGER NOT NULL CHECK (quota_weight_permille > 0),
    turn INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'ready', 'submitting', 'running', 'fetching',
        'delivering', 'done', 'failed', 'cancelled', 'undeliverable', 'in_parts', 'joining',
        'kept')),
    account TEXT,
    slot INTEGER,
    submitting_at_milliseconds INTEGER,
    task_id TEXT,
    running_since_milliseconds INTEGER,
    noticed_end_at_milliseconds INTEGER,
    -- of a whole: what its parts were billed together
    billed_milliseconds INTEGER CHECK (billed_milliseconds >= 0),
    video_url TEXT,
    sending_at_milliseconds INTEGER,
    status_message_id INTEGER,
    video_message_id INTEGER,
    video_file_id TEXT,
    -- 0 not asked, 1 asked and to be sent on, 2 asked and refused by the provider
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1, 2)),
    failure TEXT,
    failure_detail TEXT,
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    tries INTEGER NOT NULL DEFAULT 0,
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    created_at_milliseconds INTEGER NOT NULL,
    ended_at_milliseconds INTEGER,
    -- Whether the video is in the chat as a file: then its file_id is that of a document.
    sent_as_file INTEGER NOT NULL DEFAULT 0 CHECK (sent_as_file IN (0, 1)),
    -- The task was found in the provider's list after an answer was lost: it may be another program's.
    adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1)),
    -- of a whole: how many parts it has
    parts INTEGER CHECK (parts > 1),
    -- of a part: its whole, its number from 1, where in the sound it begins, its copy at the provider
    whole_id INTEGER REFERENCES jobs (id),
    part INTEGER CHECK (part > 0),
    begins_at_milliseconds INTEGER CHECK (begins_at_milliseconds >= 0),
    part_url TEXT,
    part_url_expires_at_milliseconds INTEGER,
    CHECK (whole_id IS NULL OR parts IS NULL),
    CHECK ((whole_id IS NULL) = (part IS NULL)),
    CHECK ((whole_id IS NULL) = (begins_at_milliseconds IS NULL)),
    CHECK (state NOT IN ('in_parts', 'joining') OR parts IS NOT NULL),
    CHECK (parts IS NULL OR state IN ('in_parts', 'joining', 'delivering', 'done', 'failed',
        'cancelled', 'undeliverable')),
    CHECK (state <> 'kept' OR (whole_id IS NOT NULL AND billed_milliseconds IS NOT NULL)),
    CHECK (whole_id IS NULL OR state NOT IN ('delivering', 'done', 'undeliverable')),
    CHECK ((state IN ('submitting', 'running')) = (slot IS NOT NULL)),
    CHECK (state NOT IN ('submitting', 'running', 'fetching', 'kept', 'delivering')
        OR account IS NOT NULL OR parts IS NOT NULL),
    CHECK (state <> 'submitting' OR submitting_at_milliseconds IS NOT NULL),
    CHECK (state NOT IN ('running', 'fetching', 'kept', 'delivering', 'done')
        OR task_id IS NOT NULL OR parts IS NOT NULL),
    CHECK (state <> 'failed' OR failure IS NOT NULL),
    CHECK (state <> 'done' OR video_message_id IS NOT NULL),
    CHECK ((state IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept'))
        = (ended_at_milliseconds IS NOT NULL))
) STRICT;
INSERT INTO jobs_in_parts (id, request, chat_id, thread_id, user_id, photo_id, sound_id, engine,
    resolution, ratio, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, turn,
    state, account, slot, submitting_at_milliseconds, task_id, running_since_milliseconds,
    noticed_end_at_milliseconds, billed_milliseconds, video_url, sending_at_milliseconds,
    status_message_id, video_message_id, video_file_id, cancel_requested, failure, failure_detail,
    announced, tries, not_before_milliseconds, created_at_milliseconds, ended_at_milliseconds,
    sent_as_file, adopted)
SELECT id, request, chat_id, thread_id, user_id, photo_id, sound_id, engine,
    resolution, ratio, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, turn,
    state, account, slot, submitting_at_milliseconds, task_id, running_since_milliseconds,
    noticed_end_at_milliseconds, billed_milliseconds, video_url, sending_at_milliseconds,
    status_message_id, video_message_id, video_file_id, cancel_requested, failure, failure_detail,
    announced, tries, not_before_milliseconds, created_at_milliseconds, ended_at_milliseconds,
    sent_as_file, adopted
FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_in_parts RENAME TO jobs;

-- An account runs so many tasks at a time: a slot is taken from the intention to pay until the end.
CREATE UNIQUE INDEX jobs_one_per_slot ON jobs (account, slot) WHERE state IN ('submitting', 'running');
CREATE UNIQUE INDEX jobs_one_per_task ON jobs (account, task_id) WHERE task_id IS NOT NULL;
CREATE UNIQUE INDEX jobs_one_per_part ON jobs (whole_id, part) WHERE whole_id IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (turn, id) WHERE state IN ('preparing', 'ready');
CREATE INDEX jobs_open ON jobs (state, id)
    WHERE state NOT IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept');
CREATE INDEX jobs_of_person ON jobs (user_id, id);
CREATE INDEX jobs_of_photo ON jobs (photo_id);
CREATE INDEX jobs_of_sound ON jobs (sound_id);

-- The one way back: what is kept of a part may turn out to be lost, as long as its whole needs it.
CREATE TRIGGER jobs_final_states_stay BEFORE UPDATE OF state ON jobs
WHEN OLD.state IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept')
    AND NEW.state <> OLD.state AND NOT (OLD.state = 'kept' AND NEW.state = 'fetching'
        AND (SELECT state FROM jobs WHERE id = NEW.whole_id) IN ('in_parts', 'joining'))
BEGIN SELECT RAISE(ABORT, 'a job that ended stays ended'); END;

CREATE TRIGGER jobs_are_paid_for_only_under_a_hold AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'submitting' AND COALESCE((SELECT SUM(held_quota_milliseconds) FROM ledger
    WHERE job_id = COALESCE(NEW.whole_id, NEW.id)), 0) <= 0
BEGIN SELECT RAISE(ABORT, 'nothing is submitted without a hold'); END;

CREATE TRIGGER jobs_end_with_their_hold_resolved AFTER UPDATE OF state ON jobs
WHEN NEW.state IN ('done', 'failed', 'cancelled', 'undeliverable') AND (
    SELECT COALESCE(SUM(held_quota_milliseconds), 0) <> 0 OR COALESCE(SUM(held_micro_yuan), 0) <> 0
    FROM ledger WHERE job_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a job ends with its hold resolved'); END;

CREATE TRIGGER jobs_end_after_their_parts AFTER UPDATE OF state ON jobs
WHEN NEW.parts IS NOT NULL
    AND NEW.state IN ('joining', 'delivering', 'done', 'failed', 'cancelled', 'undeliverable')
    AND EXISTS (SELECT 1 FROM jobs WHERE whole_id = NEW.id
        AND state NOT IN ('kept', 'failed', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'a whole goes on after its parts'); END;

-- A long sound: how it may be cut (JSON), from where it is used, whether it is used in parts.
ALTER TABLE media ADD COLUMN plan TEXT;
ALTER TABLE media ADD COLUMN from_milliseconds INTEGER NOT NULL DEFAULT 0
    CHECK (from_milliseconds >= 0);
ALTER TABLE media ADD COLUMN in_parts INTEGER NOT NULL DEFAULT 0 CHECK (in_parts IN (0, 1));

-- Pieces of a long sound that its sender wants to hear before choosing one.
CREATE TABLE excerpts (
    media_id INTEGER NOT NULL REFERENCES media (id),
    number INTEGER NOT NULL CHECK (number > 0),
    from_milliseconds INTEGER NOT NULL CHECK (from_milliseconds >= 0),
    length_milliseconds INTEGER NOT NULL CHECK (length_milliseconds > 0),
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'sent', 'given_up')),
    message_id INTEGER,
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (media_id, number),
    CHECK (state <> 'sent' OR message_id IS NOT NULL)
) STRICT;
CREATE INDEX excerpts_wanted ON excerpts (media_id, number) WHERE state = 'wanted';
