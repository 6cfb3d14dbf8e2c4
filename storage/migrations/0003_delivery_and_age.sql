-- Groups that became supergroups: whatever still comes under the old id belongs to the new one.
CREATE TABLE moved_chats (
    old_chat_id INTEGER PRIMARY KEY,
    new_chat_id INTEGER NOT NULL,
    moved_at_milliseconds INTEGER NOT NULL
) STRICT;

-- When its sender last asked for it: by sending it, by using it, by answering a question.
ALTER TABLE media ADD COLUMN wanted_at_milliseconds INTEGER NOT NULL DEFAULT 0;
UPDATE media SET wanted_at_milliseconds = created_at_milliseconds;

-- Whether the video is in the chat as a file: then its file_id is that of a document.
ALTER TABLE jobs ADD COLUMN sent_as_file INTEGER NOT NULL DEFAULT 0 CHECK (sent_as_file IN (0, 1));
