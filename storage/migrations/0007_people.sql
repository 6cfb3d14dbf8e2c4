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
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    CHECK (state <> 'asked' OR message_id IS NOT NULL),
    UNIQUE (chat_id, thread_id, user_id)
) STRICT;
CREATE INDEX consent_questions_due ON consent_questions (id) WHERE state <> 'asked';
CREATE INDEX consent_questions_of_person ON consent_questions (user_id);
CREATE INDEX media_without_consent ON media (user_id) WHERE fault = 'consent';

-- Whose data is to be deleted. It waits while a job of theirs is under way, and goes when it was
-- said that it is done.
CREATE TABLE forgettings (
    user_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'waiting', 'deleted')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Who asked for a copy of everything that is kept of them.
CREATE TABLE data_requests (
    user_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    reply_to INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which number stands in the ledger for a person who had their data deleted, until their quota
-- starts afresh: deleting does not bring a new one. The hash's key is not in this database.
CREATE TABLE pseudonyms (
    person_hash TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL CHECK (account_id < 0),
    until_milliseconds INTEGER NOT NULL
) STRICT;

-- One change of an entry is allowed, once: a number that stands for nobody takes the person's place.
DROP TRIGGER ledger_is_not_changed;
CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
WHEN NOT (OLD.user_id > 0 AND NEW.user_id < 0 AND NEW.id = OLD.id AND NEW.kind = OLD.kind
    AND NEW.job_id IS OLD.job_id AND NEW.video_milliseconds = OLD.video_milliseconds
    AND NEW.held_quota_milliseconds = OLD.held_quota_milliseconds
    AND NEW.spent_quota_milliseconds = OLD.spent_quota_milliseconds
    AND NEW.held_micro_yuan = OLD.held_micro_yuan AND NEW.spent_micro_yuan = OLD.spent_micro_yuan
    AND NEW.flagged = OLD.flagged AND NEW.day = OLD.day
    AND NEW.at_milliseconds = OLD.at_milliseconds)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

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
    CHECK ((reason IS NULL) = (filed_at_milliseconds IS NULL)),
    UNIQUE (job_id, reporter_id)
) STRICT;
CREATE INDEX reports_of_person ON reports (reporter_id, filed_at_milliseconds);

-- One row for each administrator who is to see a report with its video.
CREATE TABLE report_letters (
    report_id INTEGER NOT NULL REFERENCES reports (id),
    admin_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'told', 'given_up')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (report_id, admin_id)
) STRICT;
CREATE INDEX report_letters_open ON report_letters (report_id) WHERE state = 'open';

-- Videos that an administrator had taken out of their chat.
CREATE TABLE takedowns (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id),
    admin_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'removed', 'said')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX takedowns_due ON takedowns (job_id) WHERE state <> 'said';

-- Whom this bot does not serve. It outlasts the deletion of their data.
CREATE TABLE bans (
    user_id INTEGER PRIMARY KEY,
    admin_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    told_at_milliseconds INTEGER NOT NULL DEFAULT 0
) STRICT;
