-- A voice of 30 s in two parts of which one is kept, and what its sender was offered to hear.
INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id, state,
    duration_milliseconds, plan, in_parts, created_at_milliseconds, announced)
VALUES (80, 'update:80', 'sound', 7, 7, 80, 'f80', 'u80', 'ready', 30000,
    '{"length": 30000, "cuts": [14000], "excerpts": [[0, 14000]]}', 1, 8000, 1);
INSERT INTO jobs (id, request, chat_id, user_id, photo_id, sound_id, engine, resolution,
    held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, turn, state, parts,
    whole_id, part, begins_at_milliseconds, created_at_milliseconds)
VALUES (80, 'pair:1:80', 7, 7, 1, 80, 'wan2.2-s2v', '480P', 30000, 500000, 1000, 5, 'in_parts', 2,
        NULL, NULL, NULL, 8000),
    (81, 'part:80:1', 7, 7, 1, 80, 'wan2.2-s2v', '480P', 14000, 500000, 1000, 5, 'ready', NULL,
        80, 1, 0, 8000),
    (82, 'part:80:2', 7, 7, 1, 80, 'wan2.2-s2v', '480P', 16000, 500000, 1000, 6, 'ready', NULL,
        80, 2, 14000, 8000);
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    held_micro_yuan, day, at_milliseconds)
VALUES ('hold', 7, 80, 30000, 30000, 15000000, '2026-11-22', 8000);
UPDATE jobs SET state = 'submitting', account = 'dashscope', slot = 3,
    submitting_at_milliseconds = 8100 WHERE id = 81;
UPDATE jobs SET state = 'kept', slot = NULL, task_id = 'task-81', billed_milliseconds = 14000,
    ended_at_milliseconds = 8200 WHERE id = 81;
INSERT INTO excerpts (media_id, number, from_milliseconds, length_milliseconds)
VALUES (80, 1, 0, 14000);
