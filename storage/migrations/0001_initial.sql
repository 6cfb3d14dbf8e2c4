-- Times are milliseconds since 1970 UTC, money is micro-yuan, video is milliseconds: integers only.

CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    received_at_milliseconds INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked')),
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    handled_at_milliseconds INTEGER
) STRICT;
CREATE INDEX inbox_unhandled ON inbox (update_id) WHERE state = 'new';

CREATE TABLE people (
    user_id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    username TEXT,
    language_code TEXT,
    seen_at_milliseconds INTEGER NOT NULL
) STRICT;

CREATE TABLE dead_chats (
    chat_id INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    since_milliseconds INTEGER NOT NULL
) STRICT;

-- One half of a job as a person sent it. source names the update it came from: at most one row each.
CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('photo', 'sound')),
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    media_group_id TEXT,
    file_id TEXT NOT NULL,
    file_unique_id TEXT NOT NULL,
    file_size_bytes INTEGER,
    state TEXT NOT NULL DEFAULT 'received'
        CHECK (state IN ('received', 'asked', 'ready', 'refused', 'superseded')),
    fault TEXT,
    fault_detail TEXT,
    insisted INTEGER NOT NULL DEFAULT 0 CHECK (insisted IN (0, 1)),
    limit_milliseconds INTEGER,
    duration_milliseconds INTEGER,
    picture_sha256 TEXT,
    width_pixels INTEGER,
    height_pixels INTEGER,
    face_bbox TEXT,
    ext_bbox TEXT,
    upload_url TEXT,
    upload_expires_at_milliseconds INTEGER,
    reply_message_id INTEGER,
    -- whether the person was shown what became of it; until then it is somebody's work
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    tries INTEGER NOT NULL DEFAULT 0,
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    created_at_milliseconds INTEGER NOT NULL,
    CHECK (state <> 'ready' OR kind <> 'sound' OR duration_milliseconds > 0)
) STRICT;
CREATE INDEX media_waiting ON media (not_before_milliseconds, id) WHERE state = 'received';
CREATE INDEX media_unannounced ON media (id) WHERE announced = 0 AND state <> 'received';
CREATE INDEX media_of_person ON media (user_id, kind, id);

-- What a person has together so far, in one chat and topic. The photo stays for the next voice.
CREATE TABLE drafts (
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    photo_id INTEGER REFERENCES media (id),
    sound_id INTEGER REFERENCES media (id),
    updated_at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (chat_id, thread_id, user_id)
) STRICT;

CREATE TABLE verdicts (
    picture_sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
    code TEXT,
    face_bbox TEXT,
    ext_bbox TEXT,
    checked_at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (picture_sha256, model)
) STRICT;

-- Paid checks of photos, written before the call: the cap holds whatever becomes of the answer.
CREATE TABLE detections (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    media_id INTEGER NOT NULL REFERENCES media (id),
    model TEXT NOT NULL,
    micro_yuan INTEGER NOT NULL CHECK (micro_yuan >= 0),
    day TEXT NOT NULL,
    at_milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX detections_by_person ON detections (user_id, day);
CREATE INDEX detections_by_day ON detections (day);

CREATE TABLE jobs (
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
    held_milliseconds INTEGER NOT NULL CHECK (held_milliseconds > 0),
    price_micro_yuan_per_second INTEGER NOT NULL CHECK (price_micro_yuan_per_second >= 0),
    quota_weight_permille INTEGER NOT NULL CHECK (quota_weight_permille > 0),
    turn INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'ready', 'submitting', 'running', 'fetching',
        'delivering', 'done', 'failed', 'cancelled', 'undeliverable')),
    account TEXT,
    slot INTEGER,
    submitting_at_milliseconds INTEGER,
    task_id TEXT,
    running_since_milliseconds INTEGER,
    noticed_end_at_milliseconds INTEGER,
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
    CHECK ((state IN ('submitting', 'running')) = (slot IS NOT NULL)),
    CHECK (state NOT IN ('submitting', 'running', 'fetching', 'delivering') OR account IS NOT NULL),
    CHECK (state <> 'submitting' OR submitting_at_milliseconds IS NOT NULL),
    CHECK (state NOT IN ('running', 'fetching', 'delivering', 'done') OR task_id IS NOT NULL),
    CHECK (state <> 'failed' OR failure IS NOT NULL),
    CHECK (state <> 'done' OR video_message_id IS NOT NULL),
    CHECK ((state IN ('done', 'failed', 'cancelled', 'undeliverable'))
        = (ended_at_milliseconds IS NOT NULL))
) STRICT;
-- An account runs so many tasks at a time: a slot is taken from the intention to pay until the end.
CREATE UNIQUE INDEX jobs_one_per_slot ON jobs (account, slot) WHERE state IN ('submitting', 'running');
CREATE UNIQUE INDEX jobs_one_per_task ON jobs (account, task_id) WHERE task_id IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (turn, id) WHERE state IN ('preparing', 'ready');
CREATE INDEX jobs_open ON jobs (state, id)
    WHERE state NOT IN ('done', 'failed', 'cancelled', 'undeliverable');
CREATE INDEX jobs_of_person ON jobs (user_id, id);
CREATE INDEX jobs_of_photo ON jobs (photo_id);
CREATE INDEX jobs_of_sound ON jobs (sound_id);

CREATE TRIGGER jobs_final_states_stay BEFORE UPDATE OF state ON jobs
WHEN OLD.state IN ('done', 'failed', 'cancelled', 'undeliverable') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a job that ended stays ended'); END;

CREATE TRIGGER jobs_are_paid_for_only_under_a_hold AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'submitting' AND COALESCE(
    (SELECT SUM(held_quota_milliseconds) FROM ledger WHERE job_id = NEW.id), 0) <= 0
BEGIN SELECT RAISE(ABORT, 'nothing is submitted without a hold'); END;

-- Append-only. held_* and spent_* are changes: a balance is a sum, an open hold is a positive one.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'settle', 'release', 'purchase', 'refund')),
    user_id INTEGER NOT NULL,
    job_id INTEGER REFERENCES jobs (id),
    video_milliseconds INTEGER NOT NULL,
    held_quota_milliseconds INTEGER NOT NULL DEFAULT 0,
    spent_quota_milliseconds INTEGER NOT NULL DEFAULT 0,
    held_micro_yuan INTEGER NOT NULL DEFAULT 0,
    spent_micro_yuan INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0 CHECK (flagged IN (0, 1)),
    day TEXT NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    CHECK (kind NOT IN ('hold', 'settle', 'release') OR job_id IS NOT NULL),
    UNIQUE (job_id, kind)
) STRICT;
CREATE INDEX ledger_by_person ON ledger (user_id, day);
CREATE INDEX ledger_by_day ON ledger (day);

CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_not_erased BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_resolves_a_hold_once AFTER INSERT ON ledger
WHEN NEW.kind IN ('settle', 'release') AND (
    SELECT COALESCE(SUM(held_quota_milliseconds), 0) < 0 OR COALESCE(SUM(held_micro_yuan), 0) < 0
        OR SUM(kind = 'hold') = 0
    FROM ledger WHERE job_id = NEW.job_id)
BEGIN SELECT RAISE(ABORT, 'more was resolved than was held'); END;
CREATE TRIGGER jobs_end_with_their_hold_resolved AFTER UPDATE OF state ON jobs
WHEN NEW.state IN ('done', 'failed', 'cancelled', 'undeliverable') AND (
    SELECT COALESCE(SUM(held_quota_milliseconds), 0) <> 0 OR COALESCE(SUM(held_micro_yuan), 0) <> 0
    FROM ledger WHERE job_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a job ends with its hold resolved'); END;

-- What the operator was told, so that trouble is told once and not with every job.
CREATE TABLE notices (
    subject TEXT PRIMARY KEY,
    told_at_milliseconds INTEGER NOT NULL
) STRICT;
