-- How often the provider answered a job's submission with a no that passes, or was found to have
-- made no task of it: what is refused again and again ends.
ALTER TABLE jobs ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0);

-- The picture of a paid check until there is a verdict on it: no picture is checked for ever.
ALTER TABLE detections ADD COLUMN picture_sha256 TEXT;
CREATE INDEX detections_unanswered ON detections (picture_sha256, model)
    WHERE picture_sha256 IS NOT NULL;
