INSERT INTO errands (source, kind, chat_id, user_id, message_id, job_id, at_milliseconds)
VALUES ('note:1', 'note', 7, 7, 5, 1, 1);
