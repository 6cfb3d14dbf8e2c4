-- Times are milliseconds since 1970 UTC, money is micro-yuan, video is milliseconds: integers only.

CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    -- whose doing it is; NULL: it does not say
    user_id INTEGER,
    body TEXT NOT NULL,
    received_at_milliseconds INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked')),
    tries INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    handled_at_milliseconds INTEGER
) STRICT;
CREATE INDEX inbox_unhandled ON inbox (update_id) WHERE state = 'new';
CREATE INDEX inbox_handled ON inbox (handled_at_milliseconds) WHERE state = 'done';

-- Whom each update names, so that what names a person is found without reading all.
CREATE TABLE inbox_people (
    update_id INTEGER NOT NULL REFERENCES inbox (update_id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (update_id, user_id)
) STRICT;
CREATE INDEX inbox_of_person ON inbox_people (user_id, update_id);

-- What an update led to, where doing it a second time would do something else.
CREATE TABLE outcomes (
    update_id INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL,
    at_milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX outcomes_old ON outcomes (at_milliseconds);

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

-- Groups that became supergroups: whatever still comes under the old id belongs to the new one.
CREATE TABLE moved_chats (
    old_chat_id INTEGER PRIMARY KEY,
    new_chat_id INTEGER NOT NULL,
    moved_at_milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX moved_chats_to ON moved_chats (new_chat_id);

-- A photo or voice as a person sent it. source names the update it came from: at most one row each.
CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('photo', 'voice')),
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
    -- when its sender last asked for it: by sending it, by using it, by answering a question
    wanted_at_milliseconds INTEGER NOT NULL DEFAULT 0,
    -- of a long voice: how it may be cut (JSON), from where it is used, whether it is used in parts
    plan TEXT,
    from_milliseconds INTEGER NOT NULL DEFAULT 0 CHECK (from_milliseconds >= 0),
    in_parts INTEGER NOT NULL DEFAULT 0 CHECK (in_parts IN (0, 1)),
    -- whether a voice is levelled, and up to what quota its sender has agreed to a video of it: kept
    -- here, so that it can be made again exactly as it was
    levelled INTEGER NOT NULL DEFAULT 1 CHECK (levelled IN (0, 1)),
    agreed_quota_milliseconds INTEGER NOT NULL DEFAULT 0 CHECK (agreed_quota_milliseconds >= 0),
    -- the part of a photo that is used, [left, top, right, bottom] in pixels of the normalised picture
    crop TEXT,
    -- the parts that its sender was offered, a JSON list; a button names one by its place in it
    crops TEXT,
    -- the picture that shows what is wrong, once it was sent
    help_message_id INTEGER,
    -- the engine that it was uploaded for: the provider binds each copy to the model it is for
    upload_engine TEXT,
    CHECK (state <> 'ready' OR kind <> 'voice' OR duration_milliseconds > 0)
) STRICT;
CREATE INDEX media_waiting ON media (id) WHERE state = 'received';
CREATE INDEX media_unannounced ON media (id) WHERE announced = 0 AND state <> 'received';
CREATE INDEX media_in_chat ON media (chat_id);
CREATE INDEX media_of_picture ON media (picture_sha256) WHERE picture_sha256 IS NOT NULL;
CREATE INDEX media_of_person ON media (user_id, kind, id);
CREATE INDEX media_without_consent ON media (user_id) WHERE fault = 'consent';

-- What a person has together so far, in one chat and topic. The photo stays for the next voice.
CREATE TABLE drafts (
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    photo_id INTEGER REFERENCES media (id),
    voice_id INTEGER REFERENCES media (id),
    updated_at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (chat_id, thread_id, user_id)
) STRICT;
CREATE INDEX drafts_of_person ON drafts (user_id);
CREATE INDEX drafts_of_photo ON drafts (photo_id);
CREATE INDEX drafts_of_voice ON drafts (voice_id);

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
    at_milliseconds INTEGER NOT NULL,
    -- the picture, until there is a verdict on it: no picture is checked for ever
    picture_sha256 TEXT
) STRICT;
CREATE INDEX detections_by_person ON detections (user_id, day);
CREATE INDEX detections_of_media ON detections (media_id);
CREATE INDEX detections_unanswered ON detections (picture_sha256, model)
    WHERE picture_sha256 IS NOT NULL;

-- What a person ordered: a video, with its hold, its status message and its delivery.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL UNIQUE,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES media (id),
    voice_id INTEGER NOT NULL REFERENCES media (id),
    engine TEXT NOT NULL,
    resolution TEXT NOT NULL,
    held_milliseconds INTEGER NOT NULL CHECK (held_milliseconds > 0),
    price_micro_yuan_per_second INTEGER NOT NULL CHECK (price_micro_yuan_per_second >= 0),
    quota_weight_permille INTEGER NOT NULL CHECK (quota_weight_permille > 0),
    state TEXT NOT NULL DEFAULT 'making' CHECK (state IN ('making', 'joining', 'delivering', 'done',
        'failed', 'cancelled', 'undeliverable')),
    -- what its tasks were billed together, known when they have ended
    billed_milliseconds INTEGER CHECK (billed_milliseconds >= 0),
    status_message_id INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    -- of one that is being made: why it is to fail, as soon as nothing of it runs any more
    failure TEXT,
    failure_detail TEXT,
    announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
    tries INTEGER NOT NULL DEFAULT 0,
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    created_at_milliseconds INTEGER NOT NULL,
    ended_at_milliseconds INTEGER,
    CHECK (state <> 'failed' OR failure IS NOT NULL),
    CHECK (state NOT IN ('joining', 'delivering', 'done') OR billed_milliseconds IS NOT NULL),
    CHECK ((state IN ('done', 'failed', 'cancelled', 'undeliverable'))
        = (ended_at_milliseconds IS NOT NULL))
) STRICT;
CREATE INDEX jobs_open ON jobs (created_at_milliseconds, id) WHERE ended_at_milliseconds IS NULL;
CREATE INDEX jobs_open_of_person ON jobs (user_id, id) WHERE ended_at_milliseconds IS NULL;
CREATE INDEX jobs_open_in_chat ON jobs (chat_id, id) WHERE ended_at_milliseconds IS NULL;
CREATE INDEX jobs_in_chat ON jobs (chat_id, id);
CREATE INDEX jobs_made ON jobs (not_before_milliseconds, id)
    WHERE state IN ('joining', 'delivering');
CREATE INDEX jobs_without_status ON jobs (not_before_milliseconds, id)
    WHERE status_message_id IS NULL AND state = 'making';
CREATE INDEX jobs_of_person ON jobs (user_id, id);
CREATE INDEX jobs_of_photo ON jobs (photo_id);
CREATE INDEX jobs_of_voice ON jobs (voice_id);
CREATE INDEX jobs_unannounced ON jobs (not_before_milliseconds, id)
    WHERE announced = 0 AND ended_at_milliseconds IS NOT NULL;

-- One rendering at the provider: of all of a job's voice, or, where that is long, of a part of it.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    number INTEGER NOT NULL CHECK (number > 0),
    -- where in the voice it begins, and how much of it it speaks
    begins_at_milliseconds INTEGER NOT NULL CHECK (begins_at_milliseconds >= 0),
    length_milliseconds INTEGER NOT NULL CHECK (length_milliseconds > 0),
    engine TEXT NOT NULL,
    turn INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'ready', 'submitting',
        'running', 'fetching', 'fetched', 'dropped', 'failed', 'cancelled')),
    -- the copy of its own cut at the provider; without a cut the voice's copy is used
    voice_url TEXT,
    voice_url_expires_at_milliseconds INTEGER,
    account TEXT,
    slot INTEGER,
    submitting_at_milliseconds INTEGER,
    -- whether that is by the provider's clock: where it is not known, by this machine's
    dated INTEGER CHECK (dated IN (0, 1)),
    -- the provider's
    task_id TEXT,
    -- the task of an earlier job whose rendering it uses: billed there, and nowhere else
    reuses INTEGER REFERENCES tasks (id),
    -- it was found in the provider's list after an answer was lost: it may be another program's
    adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1)),
    running_since_milliseconds INTEGER,
    rendered_at_milliseconds INTEGER,
    billed_milliseconds INTEGER CHECK (billed_milliseconds >= 0),
    video_url TEXT,
    -- 0 not asked, 1 asked and to be sent on, 2 asked and refused by the provider
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1, 2)),
    -- how often the provider said no for now, or had no task of it: again and again ends
    refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0),
    failure TEXT,
    failure_detail TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    ended_at_milliseconds INTEGER,
    UNIQUE (job_id, number),
    CHECK ((state IN ('submitting', 'running')) = (slot IS NOT NULL)),
    CHECK (state NOT IN ('submitting', 'running', 'fetching', 'fetched', 'dropped')
        OR account IS NOT NULL),
    CHECK (state <> 'submitting' OR submitting_at_milliseconds IS NOT NULL),
    CHECK (state NOT IN ('running', 'fetching', 'fetched', 'dropped') OR task_id IS NOT NULL),
    CHECK (state NOT IN ('fetching', 'fetched', 'dropped') OR billed_milliseconds IS NOT NULL),
    CHECK (reuses IS NULL OR (task_id IS NOT NULL AND billed_milliseconds = 0)),
    CHECK (state <> 'failed' OR failure IS NOT NULL),
    CHECK ((state IN ('fetched', 'dropped', 'failed', 'cancelled'))
        = (ended_at_milliseconds IS NOT NULL))
) STRICT;
-- An account runs so many tasks at a time: a slot is taken from the intention to pay until the end.
CREATE UNIQUE INDEX tasks_one_per_slot ON tasks (account, slot)
    WHERE state IN ('submitting', 'running');
CREATE UNIQUE INDEX tasks_one_per_rendering ON tasks (account, task_id)
    WHERE task_id IS NOT NULL AND reuses IS NULL;
CREATE UNIQUE INDEX tasks_reused_once ON tasks (reuses) WHERE reuses IS NOT NULL;
CREATE INDEX tasks_waiting ON tasks (engine, turn, id, number, job_id, length_milliseconds)
    WHERE state IN ('preparing', 'ready');
CREATE INDEX tasks_preparing ON tasks (engine, not_before_milliseconds, turn, id)
    WHERE state = 'preparing';
CREATE INDEX tasks_ready ON tasks (engine, turn, id, not_before_milliseconds)
    WHERE state = 'ready';
CREATE INDEX tasks_under_way ON tasks (not_before_milliseconds, id)
    WHERE state IN ('submitting', 'running', 'fetching');
CREATE INDEX tasks_served ON tasks (turn) WHERE submitting_at_milliseconds IS NOT NULL;
CREATE INDEX tasks_ended_by_engine ON tasks (engine, id)
    WHERE rendered_at_milliseconds IS NOT NULL;

CREATE TRIGGER jobs_final_states_stay BEFORE UPDATE OF state ON jobs
WHEN OLD.state IN ('done', 'failed', 'cancelled', 'undeliverable') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a job that ended stays ended'); END;

CREATE TRIGGER jobs_end_with_their_hold_resolved AFTER UPDATE OF state ON jobs
WHEN NEW.state IN ('done', 'failed', 'cancelled', 'undeliverable') AND (
    SELECT COALESCE(SUM(held_quota_milliseconds), 0) <> 0 OR COALESCE(SUM(held_micro_yuan), 0) <> 0
    FROM ledger WHERE job_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a job ends with its hold resolved'); END;

CREATE TRIGGER jobs_go_on_after_their_tasks AFTER UPDATE OF state ON jobs
WHEN NEW.state <> 'making' AND EXISTS (SELECT 1 FROM tasks WHERE job_id = NEW.id
    AND state NOT IN ('fetched', 'dropped', 'failed', 'cancelled'))
BEGIN SELECT RAISE(ABORT, 'a job goes on after its tasks'); END;

-- The one way back: what was fetched may turn out to be lost, as long as its job needs it.
CREATE TRIGGER tasks_final_states_stay BEFORE UPDATE OF state ON tasks
WHEN OLD.state IN ('fetched', 'dropped', 'failed', 'cancelled') AND NEW.state <> OLD.state
    AND NOT (OLD.state = 'fetched' AND NEW.state = 'fetching'
        AND (SELECT state FROM jobs WHERE id = NEW.job_id) = 'making')
BEGIN SELECT RAISE(ABORT, 'a task that ended stays ended'); END;

CREATE TRIGGER tasks_are_paid_for_only_under_a_hold AFTER UPDATE OF state ON tasks
WHEN NEW.state = 'submitting' AND COALESCE((SELECT SUM(held_quota_milliseconds) FROM ledger
    WHERE job_id = NEW.job_id), 0) <= 0
BEGIN SELECT RAISE(ABORT, 'nothing is submitted without a hold'); END;

-- The provider's tasks that failed unbilled, so that what they were for was submitted again: none of
-- them is ever taken for another submission.
CREATE TABLE earlier_task_ids (
    account TEXT NOT NULL,
    task_id TEXT NOT NULL,
    for_id INTEGER NOT NULL REFERENCES tasks (id),
    PRIMARY KEY (account, task_id)
) STRICT;

CREATE TRIGGER tasks_keep_the_id_they_give_up BEFORE UPDATE OF task_id ON tasks
WHEN OLD.task_id IS NOT NULL AND NEW.task_id IS NOT OLD.task_id AND NOT EXISTS (
    SELECT 1 FROM earlier_task_ids WHERE account = OLD.account AND task_id = OLD.task_id)
BEGIN SELECT RAISE(ABORT, 'the id of a rendering is not forgotten'); END;

CREATE TRIGGER tasks_take_no_earlier_id BEFORE UPDATE OF task_id ON tasks
WHEN NEW.task_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM earlier_task_ids WHERE account = NEW.account AND task_id = NEW.task_id)
BEGIN SELECT RAISE(ABORT, 'that rendering failed before'); END;

-- The provider's tasks one of which may be ours: the operator was asked, and may choose among them.
-- They belong to one submission, the one of that moment.
CREATE TABLE candidates (
    for_id INTEGER NOT NULL REFERENCES tasks (id),
    submitting_at_milliseconds INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    PRIMARY KEY (for_id, submitting_at_milliseconds, task_id)
) STRICT;

-- Every message that showed a job's video, may show it, or is to become it: written before the call.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    -- 'first:<job>', 'resend:…', 'last:…', 'report:…': what is sent for one cause is sent once
    cause TEXT NOT NULL UNIQUE,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    -- of that chat; NULL: it is not known whether there is one
    message_id INTEGER,
    form TEXT NOT NULL CHECK (form IN ('video', 'smaller', 'file', 'round')),
    file_id TEXT,
    thumbnail_file_id TEXT,
    -- of the file that was sent, also by Telegram's id; it outlives the file and its maker's data
    sha256 TEXT,
    sending_at_milliseconds INTEGER NOT NULL,
    sent_at_milliseconds INTEGER,
    removed_at_milliseconds INTEGER,
    -- chat 0: the chat named a person who had their data deleted
    CHECK (sent_at_milliseconds IS NULL OR message_id IS NOT NULL OR chat_id = 0)
) STRICT;
CREATE INDEX deliveries_of_job ON deliveries (job_id);
CREATE INDEX deliveries_of_file ON deliveries (file_id);
CREATE INDEX deliveries_in_chat ON deliveries (chat_id, message_id);

CREATE TRIGGER jobs_are_done_when_their_video_was_sent AFTER UPDATE OF state ON jobs
WHEN NEW.state = 'done' AND NOT EXISTS (SELECT 1 FROM deliveries
    WHERE job_id = NEW.id AND sent_at_milliseconds IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a job is done when its video was sent'); END;

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
CREATE INDEX ledger_by_person ON ledger
    (user_id, day, spent_quota_milliseconds, held_quota_milliseconds);

-- One change of an entry is allowed, once: a number that stands for nobody takes the person's place.
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
WHEN NOT (OLD.user_id > 0 AND NEW.user_id < 0 AND NEW.id = OLD.id AND NEW.kind = OLD.kind
    AND NEW.job_id IS OLD.job_id AND NEW.video_milliseconds = OLD.video_milliseconds
    AND NEW.held_quota_milliseconds = OLD.held_quota_milliseconds
    AND NEW.spent_quota_milliseconds = OLD.spent_quota_milliseconds
    AND NEW.held_micro_yuan = OLD.held_micro_yuan AND NEW.spent_micro_yuan = OLD.spent_micro_yuan
    AND NEW.flagged = OLD.flagged AND NEW.day = OLD.day
    AND NEW.at_milliseconds = OLD.at_milliseconds)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_not_erased BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_resolves_a_hold_once AFTER INSERT ON ledger
WHEN NEW.kind IN ('settle', 'release') AND (
    SELECT COALESCE(SUM(held_quota_milliseconds), 0) < 0 OR COALESCE(SUM(held_micro_yuan), 0) < 0
        OR SUM(kind = 'hold') = 0
    FROM ledger WHERE job_id = NEW.job_id)
BEGIN SELECT RAISE(ABORT, 'more was resolved than was held'); END;

-- The whole bot's money of each day: always the sum of the ledger's, held and spent, and of the paid
-- checks, so that no hold has to add a month up.
CREATE TABLE money_of_days (
    day TEXT PRIMARY KEY,
    micro_yuan INTEGER NOT NULL
) STRICT;
CREATE TRIGGER ledger_is_summed_up AFTER INSERT ON ledger
BEGIN
    INSERT INTO money_of_days VALUES (NEW.day, NEW.held_micro_yuan + NEW.spent_micro_yuan)
    ON CONFLICT (day) DO UPDATE SET micro_yuan = micro_yuan + excluded.micro_yuan;
END;
CREATE TRIGGER detections_are_summed_up AFTER INSERT ON detections
BEGIN
    INSERT INTO money_of_days VALUES (NEW.day, NEW.micro_yuan)
    ON CONFLICT (day) DO UPDATE SET micro_yuan = micro_yuan + excluded.micro_yuan;
END;
CREATE TRIGGER detections_not_made_are_taken_off AFTER DELETE ON detections
BEGIN UPDATE money_of_days SET micro_yuan = micro_yuan - OLD.micro_yuan WHERE day = OLD.day; END;
CREATE TRIGGER detections_keep_their_money BEFORE UPDATE OF day, micro_yuan ON detections
WHEN NEW.day <> OLD.day OR NEW.micro_yuan <> OLD.micro_yuan
BEGIN SELECT RAISE(ABORT, 'what a check costs is not changed'); END;


-- What is to be said or done once, beside the direct answers to updates. Which kinds there are is
-- the program's knowledge: what a later version put down waits for it.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    -- begins with its cause; an ended row stays as long as that can return
    unique_key TEXT NOT NULL UNIQUE,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    -- the message that it answers; 0: none, or one of a chat that has moved
    message_id INTEGER NOT NULL DEFAULT 0,
    -- with whose data it goes
    user_id INTEGER,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    run_at_milliseconds INTEGER NOT NULL,
    begun_at_milliseconds INTEGER,
    -- set before a call that must not be made twice
    sending_at_milliseconds INTEGER,
    created_at_milliseconds INTEGER NOT NULL,
    ended_at_milliseconds INTEGER,
    CHECK ((state = 'open') = (ended_at_milliseconds IS NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (run_at_milliseconds, id) WHERE state = 'open';
CREATE INDEX outbox_of_chat ON outbox (chat_id, begun_at_milliseconds);
CREATE INDEX outbox_of_person ON outbox (user_id);
CREATE INDEX outbox_ended ON outbox (ended_at_milliseconds) WHERE state <> 'open';

-- The newest moment that this machine's clock is known to have shown: after a stop it tells whether
-- the clock was set back meanwhile.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    latest_milliseconds INTEGER NOT NULL
) STRICT;

-- What the operator was told, so that trouble is told once and not with every job.
CREATE TABLE notices (
    subject TEXT PRIMARY KEY,
    told_at_milliseconds INTEGER NOT NULL
) STRICT;

-- An account that the provider refuses to serve, by what it refused. Until a probe succeeds, nothing
-- is submitted but one probe at a time.
CREATE TABLE outages (
    account TEXT NOT NULL,
    work TEXT NOT NULL CHECK (work IN ('check', 'upload', 'submit')),
    cause TEXT NOT NULL,
    since_milliseconds INTEGER NOT NULL,
    probes INTEGER NOT NULL DEFAULT 0 CHECK (probes >= 0),
    probe_at_milliseconds INTEGER NOT NULL,
    -- whether the operator asked for a probe and waits to hear of it
    asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
    PRIMARY KEY (account, work)
) STRICT;

-- What a person chose once and for all; NULL is what the operator or Telegram says.
CREATE TABLE preferences (
    user_id INTEGER PRIMARY KEY,
    language TEXT,
    resolution TEXT CHECK (resolution IN ('480P', '720P')),
    engine TEXT,
    framing TEXT CHECK (framing IN ('1:1', '3:4')),
    reply_as TEXT NOT NULL DEFAULT 'video' CHECK (reply_as IN ('video', 'note')),
    levelled INTEGER NOT NULL DEFAULT 1 CHECK (levelled IN (0, 1)),
    -- quota that a job may take without being asked about; NULL: any
    confirm_above_milliseconds INTEGER CHECK (confirm_above_milliseconds >= 0),
    quiet INTEGER NOT NULL DEFAULT 0 CHECK (quiet IN (0, 1)),
    changed_at_milliseconds INTEGER NOT NULL
) STRICT;

-- What the admins of a group chose; a group without a row has the defaults.
CREATE TABLE groups (
    chat_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    who TEXT NOT NULL DEFAULT 'all' CHECK (who IN ('all', 'admins', 'list')),
    resolution TEXT CHECK (resolution IN ('480P', '720P')),
    longest_milliseconds INTEGER CHECK (longest_milliseconds > 0),
    others_photos INTEGER NOT NULL DEFAULT 1 CHECK (others_photos IN (0, 1)),
    quiet INTEGER NOT NULL DEFAULT 0 CHECK (quiet IN (0, 1)),
    language TEXT,
    changed_at_milliseconds INTEGER NOT NULL
) STRICT;

-- Who may use the bot in a group whose admins keep a list.
CREATE TABLE group_guests (
    chat_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id)
) STRICT;
CREATE INDEX group_guests_of_person ON group_guests (user_id);

-- To what each person agreed: which text in which language, where it said that photos and voices go,
-- and how long it said that videos are kept here.
CREATE TABLE consents (
    user_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    destination TEXT NOT NULL,
    keep_milliseconds INTEGER NOT NULL CHECK (keep_milliseconds >= 0),
    language TEXT NOT NULL,
    agreed_at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (user_id, version, destination)
) STRICT;

-- The question in a chat (and topic): one a person there. It is wanted, then asked, and goes when
-- the answer was said in its message.
CREATE TABLE consent_questions (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'asked', 'agreed', 'declined')),
    fingerprint TEXT NOT NULL,
    reply_to INTEGER NOT NULL,
    message_id INTEGER,
    wanted_at_milliseconds INTEGER NOT NULL,
    CHECK (state <> 'asked' OR message_id IS NOT NULL),
    UNIQUE (chat_id, thread_id, user_id)
) STRICT;
CREATE INDEX consent_questions_of_person ON consent_questions (user_id);

-- Whose data is to be deleted, as soon as no job of theirs is under way.
CREATE TABLE forgettings (
    user_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    -- 'waiting': they were told that something is under way
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'waiting'))
) STRICT;

-- Which number stands in the ledger for a person who had their data deleted, until their quota
-- starts afresh: deleting does not bring a new one. The hash's key is not in this database.
CREATE TABLE pseudonyms (
    person_hash TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL CHECK (account_id < 0),
    until_milliseconds INTEGER NOT NULL
) STRICT;

-- What somebody says of a video: begun by asking for the reason, filed when it was given.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    -- NULL: they had their data deleted
    reporter_id INTEGER,
    chat_id INTEGER NOT NULL,
    message_id INTEGER,
    reason TEXT CHECK (reason IN ('face', 'offensive', 'other')),
    filed_at_milliseconds INTEGER,
    -- of somebody who had their data deleted: until the report is answered, a week at most
    maker_id INTEGER,
    CHECK ((reason IS NULL) = (filed_at_milliseconds IS NULL)),
    UNIQUE (job_id, reporter_id)
) STRICT;
CREATE INDEX reports_of_person ON reports (reporter_id, filed_at_milliseconds);

CREATE INDEX reports_in_chat ON reports (chat_id);
CREATE INDEX reports_that_keep ON reports (maker_id) WHERE maker_id IS NOT NULL;

-- In which message each administrator is shown a report, and what became of it.
CREATE TABLE report_messages (
    report_id INTEGER NOT NULL REFERENCES reports (id),
    admin_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (report_id, admin_id)
) STRICT;

-- What administrators decided about a reported video or its maker, in this order.
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    decision TEXT NOT NULL CHECK (decision IN ('take-down', 'ban', 'unban', 'dismiss')),
    admin_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_of_job ON decisions (job_id);
CREATE UNIQUE INDEX decisions_made_once ON decisions (job_id, decision)
    WHERE decision IN ('take-down', 'dismiss');

-- Whom this bot does not serve. It outlasts the deletion of their data.
CREATE TABLE bans (
    user_id INTEGER PRIMARY KEY,
    admin_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    told_at_milliseconds INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Photos and voices of somebody else that a person uses in a group.
CREATE TABLE borrowed_media (
    media_id INTEGER PRIMARY KEY REFERENCES media (id),
    -- NULL where nobody in particular shows: a channel, another bot, an anonymous administrator
    owner_id INTEGER,
    -- when its owner or an administrator stopped it: nothing made of it is shown any more
    stopped_at_milliseconds INTEGER
) STRICT;
CREATE INDEX borrowed_media_of_owner ON borrowed_media (owner_id);

-- Files of people who had their data deleted, which others had used: nobody uses them again.
CREATE TABLE forgotten_files (
    file_unique_id TEXT PRIMARY KEY
) STRICT;

-- Who does not want others to use their photos and voices in a group.
CREATE TABLE objections (
    chat_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (chat_id, owner_id)
) STRICT;
CREATE INDEX objections_of_owner ON objections (owner_id);

-- What the bot said to each group of its own accord; a group it was removed from has no row.
CREATE TABLE introductions (
    chat_id INTEGER PRIMARY KEY,
    -- who added the bot, where that is known
    added_by INTEGER,
    introduced INTEGER NOT NULL DEFAULT 0 CHECK (introduced IN (0, 1)),
    -- what was said to be missing and has not been mended since
    lack TEXT CHECK (lack IN ('messages', 'videos')),
    at_milliseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX introductions_by_person ON introductions (added_by);

-- How much was done so far, summed up as it happens: nobody reads a whole history for a number.
-- Sums name nobody, and outlast whose data is deleted.
CREATE TABLE totals (
    name TEXT NOT NULL,
    -- an engine, the model that looked at a photo, or a kind of outbox entry
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    -- why a job failed; up to how many seconds a wait was
    detail TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (name, source, state, detail)
) STRICT;

-- What people waited for in the jobs that were done: until the service began with it, while it
-- rendered (each task), until it was in the chat, and all together.
CREATE VIEW waits AS
SELECT *, CASE WHEN milliseconds <= 10000 THEN '10' WHEN milliseconds <= 60000 THEN '60'
    WHEN milliseconds <= 300000 THEN '300' WHEN milliseconds <= 600000 THEN '600'
    WHEN milliseconds <= 1200000 THEN '1200' WHEN milliseconds <= 3600000 THEN '3600'
    WHEN milliseconds <= 10800000 THEN '10800' ELSE '+Inf' END AS up_to_seconds
FROM (
    SELECT jobs.id AS job_id, 'queue' AS stage,
        MIN(running_since_milliseconds) - created_at_milliseconds AS milliseconds
    FROM jobs JOIN tasks ON job_id = jobs.id WHERE jobs.state = 'done' GROUP BY jobs.id
    UNION ALL
    SELECT jobs.id, 'render', rendered_at_milliseconds - running_since_milliseconds
    FROM jobs JOIN tasks ON job_id = jobs.id WHERE jobs.state = 'done'
    UNION ALL
    SELECT jobs.id, 'deliver', jobs.ended_at_milliseconds - MAX(rendered_at_milliseconds)
    FROM jobs JOIN tasks ON job_id = jobs.id WHERE jobs.state = 'done' GROUP BY jobs.id
    UNION ALL
    SELECT id, 'all', ended_at_milliseconds - created_at_milliseconds
    FROM jobs WHERE state = 'done'
) AS stages
-- of a task that was taken over from an earlier job nothing is known; clocks are set back
WHERE milliseconds >= 0;

CREATE TRIGGER jobs_that_end_are_summed_up AFTER UPDATE OF state ON jobs
WHEN OLD.ended_at_milliseconds IS NULL AND NEW.ended_at_milliseconds IS NOT NULL
BEGIN
    INSERT INTO totals VALUES ('jobs', NEW.engine, NEW.state,
        CASE NEW.state WHEN 'failed' THEN NEW.failure ELSE '' END, 1)
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
    INSERT INTO totals
    SELECT 'tasks', engine, state, '', COUNT(*) FROM tasks WHERE job_id = NEW.id
    GROUP BY engine, state
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
    INSERT INTO totals
    SELECT 'waits', '', stage, up_to_seconds, COUNT(*) FROM waits WHERE job_id = NEW.id
    GROUP BY stage, up_to_seconds
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
    INSERT INTO totals
    SELECT 'waited milliseconds', '', stage, '', SUM(milliseconds) FROM waits
    WHERE job_id = NEW.id GROUP BY stage
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
END;

CREATE TRIGGER ledger_is_summed_up_by_engine AFTER INSERT ON ledger WHEN NEW.job_id IS NOT NULL
BEGIN
    INSERT INTO totals
    SELECT 'holds', engine, NEW.kind, '', 1 FROM jobs WHERE id = NEW.job_id AND NEW.kind = 'hold'
    UNION ALL
    SELECT 'video milliseconds', engine, NEW.kind, '', NEW.video_milliseconds
    FROM jobs WHERE id = NEW.job_id AND NEW.kind <> 'release'
    UNION ALL
    SELECT 'micro-yuan', engine, NEW.kind, '', CASE NEW.kind WHEN 'settle'
        THEN NEW.spent_micro_yuan ELSE ABS(NEW.held_micro_yuan) END
    FROM jobs WHERE id = NEW.job_id
    UNION ALL
    SELECT 'held micro-yuan', engine, '', '', NEW.held_micro_yuan FROM jobs WHERE id = NEW.job_id
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
END;

CREATE TRIGGER verdicts_are_summed_up AFTER INSERT ON verdicts
BEGIN
    INSERT INTO totals VALUES ('verdicts', NEW.model,
        CASE NEW.passed WHEN 1 THEN 'passed' ELSE 'refused' END, '', 1)
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
END;

CREATE TRIGGER updates_are_summed_up AFTER UPDATE OF state ON inbox WHEN NEW.state <> OLD.state
BEGIN
    INSERT INTO totals VALUES ('updates', '', NEW.state, '', 1)
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
END;

CREATE TRIGGER outbox_is_summed_up AFTER UPDATE OF state ON outbox WHEN NEW.state <> OLD.state
BEGIN
    INSERT INTO totals VALUES ('outbox', NEW.kind, NEW.state, '', 1)
    ON CONFLICT (name, source, state, detail) DO UPDATE SET total = total + excluded.total;
END;
