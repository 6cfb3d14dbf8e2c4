-- Whether a sound is levelled, and up to what quota its sender has agreed to a video of it: both
-- belong to the half, so that it can be made again exactly as it was.
ALTER TABLE media ADD COLUMN levelled INTEGER NOT NULL DEFAULT 1 CHECK (levelled IN (0, 1));
ALTER TABLE media ADD COLUMN agreed_quota_milliseconds INTEGER NOT NULL DEFAULT 0
    CHECK (agreed_quota_milliseconds >= 0);

-- What Telegram has beside the video: the same as a round note, and a small picture of it.
ALTER TABLE jobs ADD COLUMN note_file_id TEXT;
ALTER TABLE jobs ADD COLUMN thumbnail_file_id TEXT;
ALTER TABLE jobs ADD COLUMN came_as_note INTEGER NOT NULL DEFAULT 0 CHECK (came_as_note IN (0, 1));

-- What a person asked for that costs nothing and takes a while: a video once more, in another form,
-- or a page of all of them. A row goes when it is done; asking twice meanwhile is asking once.
CREATE TABLE errands (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'video', 'page')),
    chat_id INTEGER NOT NULL,
    thread_id INTEGER NOT NULL DEFAULT 0,
    user_id INTEGER NOT NULL,
    -- the message that asked for it
    message_id INTEGER NOT NULL,
    job_id INTEGER REFERENCES jobs (id),
    -- of a page: its number from 1, and whether the message that asked is the page that turns
    page INTEGER CHECK (page > 0),
    turns INTEGER NOT NULL DEFAULT 0 CHECK (turns IN (0, 1)),
    -- set before a new message is sent: what was under way when a process died is not sent twice
    sending INTEGER NOT NULL DEFAULT 0 CHECK (sending IN (0, 1)),
    tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before_milliseconds INTEGER NOT NULL DEFAULT 0,
    at_milliseconds INTEGER NOT NULL,
    CHECK ((kind = 'page') = (page IS NOT NULL)),
    CHECK ((kind = 'page') = (job_id IS NULL))
) STRICT;
CREATE INDEX errands_of_person ON errands (user_id);
