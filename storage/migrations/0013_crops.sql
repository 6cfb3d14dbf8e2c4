-- The part of the photo that is used, [left, top, right, bottom] in pixels of the normalised picture.
ALTER TABLE media ADD COLUMN crop TEXT;
-- The parts that its sender was offered, a JSON list; a button names one by its place in it.
ALTER TABLE media ADD COLUMN crops TEXT;
-- The picture that shows what is wrong, once it was sent.
ALTER TABLE media ADD COLUMN help_message_id INTEGER;
