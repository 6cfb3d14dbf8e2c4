-- What the operator is to be told: written with what caused it, and kept until it was said.
CREATE TABLE operator_notices (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    -- a text's key and its values, a JSON object
    text_key TEXT NOT NULL,
    text_values TEXT NOT NULL,
    at_milliseconds INTEGER NOT NULL
) STRICT;

-- One row for each administrator who is to be told of it.
CREATE TABLE operator_letters (
    notice_id INTEGER NOT NULL REFERENCES operator_notices (id) ON DELETE CASCADE,
    admin_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'told', 'given_up')),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (notice_id, admin_id)
) STRICT;
CREATE INDEX operator_letters_open ON operator_letters (notice_id) WHERE state = 'open';

-- The tasks one of which may be a job's: the operator was asked, and may choose among them. They
-- belong to one submission, the one of that moment.
CREATE TABLE candidates (
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    submitting_at_milliseconds INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    PRIMARY KEY (job_id, submitting_at_milliseconds, task_id)
) STRICT;

-- What an update led to, where doing it a second time would do something else.
CREATE TABLE outcomes (
    update_id INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL,
    at_milliseconds INTEGER NOT NULL
) STRICT;
