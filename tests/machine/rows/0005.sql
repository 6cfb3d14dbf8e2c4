INSERT INTO preferences (user_id, language, resolution, changed_at_milliseconds)
VALUES (7, 'en', '720P', 1);
INSERT INTO groups (chat_id, title, who, changed_at_milliseconds) VALUES (-5, 'Family', 'list', 1);
INSERT INTO group_guests (chat_id, user_id) VALUES (-5, 7);
