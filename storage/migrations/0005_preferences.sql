-- What a person chose once and for all; NULL is what the operator or Telegram says.
CREATE TABLE preferences (
    user_id INTEGER PRIMARY KEY,
    language TEXT,
    resolution TEXT CHECK (resolution IN ('480P', '720P')),
    engine TEXT,
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
