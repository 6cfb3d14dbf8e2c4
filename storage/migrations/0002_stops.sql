-- An account that the provider refuses to serve, by what it refused. Until a trial succeeds, nothing
-- is submitted but one trial at a time. The row stays until the operator knows that it is over.
CREATE TABLE stops (
    account TEXT NOT NULL,
    work TEXT NOT NULL CHECK (work IN ('check', 'keep', 'submit')),
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    since_milliseconds INTEGER NOT NULL,
    trials INTEGER NOT NULL DEFAULT 0 CHECK (trials >= 0),
    trial_at_milliseconds INTEGER NOT NULL,
    -- whether the operator asked for a trial and waits to hear of it
    asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
    -- whether the operator was told what the row says
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    over INTEGER NOT NULL DEFAULT 0 CHECK (over IN (0, 1)),
    PRIMARY KEY (account, work)
) STRICT;
