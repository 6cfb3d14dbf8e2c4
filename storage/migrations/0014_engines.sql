-- The engine that a half was handed over for: the provider binds each copy to the model it is for.
-- NULL in rows that are older than this column: the usual engine.
ALTER TABLE media ADD COLUMN upload_engine TEXT;
