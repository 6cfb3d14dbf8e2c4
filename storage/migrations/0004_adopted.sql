-- The task was found in the provider's list after an answer was lost: it may be another program's.
ALTER TABLE jobs ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1));
