-- Photos and voices of somebody else that a person uses in a group.
CREATE TABLE loans (
    media_id INTEGER PRIMARY KEY REFERENCES media (id),
    -- NULL where nobody in particular shows: a channel, another bot, an anonymous administrator
    owner_id INTEGER,
    -- when its owner or an administrator stopped it: nothing made of it is shown any more
    stopped_at_milliseconds INTEGER
) STRICT;
CREATE INDEX loans_of_owner ON loans (owner_id);

-- Who does not want others to use their photos and voices in a group.
CREATE TABLE objections (
    chat_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    at_milliseconds INTEGER NOT NULL,
    PRIMARY KEY (chat_id, owner_id)
) STRICT;
