-- A busy evening: a job in a slot, one that is done and settled, one without a hold, one waiting.
INSERT INTO inbox (update_id, body, received_at_milliseconds, state, tries, error, handled_at_milliseconds)
VALUES (1, '{"update_id": 1}', 1000, 'done', 1, NULL, 1100),
    (2, '{"update_id": 2, "text": "\u4f60\u597d"}', 2000, 'new', 2, NULL, NULL),
    (3, '{}', 3000, 'parked', 3, 'Malformed', 3100);
INSERT INTO people VALUES (7, 'Ada', 'ada', 'en', 1000), (8, '小明', NULL, 'zh-hans', 2000);
INSERT INTO dead_chats VALUES (9, 'Forbidden: bot was blocked by the user', 5000);
INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id, state,
    duration_milliseconds, picture_sha256, upload_url, created_at_milliseconds, announced)
VALUES (1, 'update:1', 'photo', 7, 7, 11, 'f1', 'u1', 'ready', NULL, 'abc', 'oss://p', 1000, 1),
    (2, 'update:2', 'sound', 7, 7, 12, 'f2', 'u2', 'ready', 5000, NULL, 'oss://s', 2000, 1),
    (3, 'update:3', 'sound', 7, 7, 13, 'f3', 'u3', 'ready', 6000, NULL, 'oss://t', 3000, 0);
INSERT INTO drafts VALUES (7, 0, 7, 1, NULL, 3000);
INSERT INTO verdicts VALUES ('abc', 'wan2.2-s2v-detect', 1, NULL, NULL, NULL, 1500);
INSERT INTO detections VALUES (1, 7, 1, 'wan2.2-s2v-detect', 4000, '2026-11-22', 1400);
INSERT INTO jobs (id, request, chat_id, user_id, photo_id, sound_id, engine, resolution,
    held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, turn, state,
    created_at_milliseconds)
VALUES (1, 'pair:1:2', 7, 7, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 1, 'ready', 2500),
    (2, 'pair:1:3', 7, 7, 1, 3, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2, 'ready', 2600),
    (3, 'retry:1', 7, 7, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 3, 'ready', 2700),
    (4, 'retry:2', 8, 8, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 4, 'ready', 2800);
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    spent_quota_milliseconds, held_micro_yuan, spent_micro_yuan, day, at_milliseconds)
VALUES ('grant', 7, NULL, 0, 0, -1000, 0, 0, '2026-11-22', 900),
    ('hold', 7, 1, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2500),
    ('hold', 7, 2, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2600),
    ('hold', 8, 4, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2800);
UPDATE jobs SET state = 'submitting', account = 'dashscope', slot = 1,
    submitting_at_milliseconds = 2900 WHERE id = 2;
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    spent_quota_milliseconds, held_micro_yuan, spent_micro_yuan, day, at_milliseconds)
VALUES ('settle', 7, 2, 4800, -5000, 4800, -2500000, 2400000, '2026-11-22', 4000);
UPDATE jobs SET state = 'done', slot = NULL, task_id = 'task-2', billed_milliseconds = 4800,
    video_message_id = 40, ended_at_milliseconds = 4000 WHERE id = 2;
UPDATE jobs SET state = 'submitting', account = 'dashscope', slot = 1,
    submitting_at_milliseconds = 4500 WHERE id = 1;
INSERT INTO notices VALUES ('budget', 3000);
