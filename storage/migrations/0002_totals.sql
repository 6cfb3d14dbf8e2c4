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

-- What is there already.
INSERT INTO totals
SELECT 'jobs', engine, state, CASE state WHEN 'failed' THEN failure ELSE '' END, COUNT(*) FROM jobs
WHERE ended_at_milliseconds IS NOT NULL GROUP BY 1, 2, 3, 4
UNION ALL
SELECT 'tasks', tasks.engine, tasks.state, '', COUNT(*) FROM jobs JOIN tasks ON job_id = jobs.id
WHERE jobs.ended_at_milliseconds IS NOT NULL GROUP BY 2, 3
UNION ALL
SELECT 'waits', '', stage, up_to_seconds, COUNT(*) FROM waits GROUP BY stage, up_to_seconds
UNION ALL
SELECT 'waited milliseconds', '', stage, '', SUM(milliseconds) FROM waits GROUP BY stage
UNION ALL
SELECT 'holds', engine, kind, '', COUNT(*) FROM ledger JOIN jobs ON job_id = jobs.id
WHERE kind = 'hold' GROUP BY 2, 3
UNION ALL
SELECT 'video milliseconds', engine, kind, '', SUM(video_milliseconds)
FROM ledger JOIN jobs ON job_id = jobs.id WHERE kind <> 'release' GROUP BY 2, 3
UNION ALL
SELECT 'micro-yuan', engine, kind, '',
    SUM(CASE kind WHEN 'settle' THEN spent_micro_yuan ELSE ABS(held_micro_yuan) END)
FROM ledger JOIN jobs ON job_id = jobs.id GROUP BY 2, 3
UNION ALL
SELECT 'held micro-yuan', engine, '', '', SUM(held_micro_yuan)
FROM ledger JOIN jobs ON job_id = jobs.id GROUP BY engine
UNION ALL
SELECT 'verdicts', model, CASE passed WHEN 1 THEN 'passed' ELSE 'refused' END, '', COUNT(*)
FROM verdicts GROUP BY 2, 3
UNION ALL
SELECT 'updates', '', state, '', COUNT(*) FROM inbox WHERE state <> 'new' GROUP BY state
UNION ALL
SELECT 'outbox', kind, state, '', COUNT(*) FROM outbox WHERE state <> 'open' GROUP BY kind, state;
