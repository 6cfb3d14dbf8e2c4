-- A busy evening: a job in a slot, one that is done and settled, one without a hold, one waiting.
INSERT INTO inbox (update_id, user_id, body, received_at_milliseconds, state, tries, error,
    handled_at_milliseconds)
VALUES (1, 7, '{"update_id": 1}', 1000, 'done', 1, NULL, 1100),
    (2, NULL, '{"update_id": 2, "text": "\u4f60\u597d"}', 2000, 'new', 2, NULL, NULL),
    (3, NULL, '{}', 3000, 'parked', 3, 'Malformed', 3100);
INSERT INTO inbox_people VALUES (1, 7);
INSERT INTO people VALUES (7, 'Ada', 'ada', 'en', 1000), (8, '小明', NULL, 'zh-hans', 2000);
INSERT INTO dead_chats VALUES (9, 'Forbidden: bot was blocked by the user', 5000);
INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id, state,
    duration_milliseconds, picture_sha256, upload_url, created_at_milliseconds, announced)
VALUES (1, 'update:1', 'photo', 7, 7, 11, 'f1', 'u1', 'ready', NULL, 'abc', 'oss://p', 1000, 1),
    (2, 'update:2', 'voice', 7, 7, 12, 'f2', 'u2', 'ready', 5000, NULL, 'oss://s', 2000, 1),
    (3, 'update:3', 'voice', 7, 7, 13, 'f3', 'u3', 'ready', 6000, NULL, 'oss://t', 3000, 0);
INSERT INTO drafts VALUES (7, 0, 7, 1, NULL, 3000);
INSERT INTO verdicts VALUES ('abc', 'wan2.2-s2v-detect', 1, NULL, NULL, NULL, 1500);
INSERT INTO detections VALUES (1, 7, 1, 'wan2.2-s2v-detect', 4000, '2026-11-22', 1400, 'abc');
INSERT INTO jobs (id, request, chat_id, user_id, photo_id, voice_id, engine, resolution,
    held_milliseconds, price_micro_yuan_per_second, quota_weight_permille,
    created_at_milliseconds)
VALUES (1, 'pair:1:2', 7, 7, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2500),
    (2, 'pair:1:3', 7, 7, 1, 3, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2600),
    (3, 'retry:1', 7, 7, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2700),
    (4, 'retry:2', 8, 8, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2800),
    (5, 'retry:3', 8, 8, 1, 2, 'wan2.2-s2v', '480P', 5000, 500000, 1000, 2850);
INSERT INTO tasks (id, job_id, number, begins_at_milliseconds, length_milliseconds, engine, turn,
    state)
VALUES (1, 1, 1, 0, 5000, 'wan2.2-s2v', 1, 'ready'), (2, 2, 1, 0, 5000, 'wan2.2-s2v', 2, 'ready'),
    (3, 3, 1, 0, 5000, 'wan2.2-s2v', 3, 'ready'), (4, 4, 1, 0, 5000, 'wan2.2-s2v', 4, 'ready');
INSERT INTO tasks (id, job_id, number, begins_at_milliseconds, length_milliseconds, engine, turn,
    state, ended_at_milliseconds)
VALUES (5, 5, 1, 0, 5000, 'wan2.2-s2v', 5, 'cancelled', 2900);
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    spent_quota_milliseconds, held_micro_yuan, spent_micro_yuan, day, at_milliseconds)
VALUES ('grant', 7, NULL, 0, 0, -1000, 0, 0, '2026-11-22', 900),
    ('hold', 7, 1, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2500),
    ('hold', 7, 2, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2600),
    ('hold', 8, 4, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2800),
    ('hold', 8, 5, 5000, 5000, 0, 2500000, 0, '2026-11-22', 2850);
UPDATE tasks SET state = 'submitting', account = 'dashscope', slot = 1,
    submitting_at_milliseconds = 2900 WHERE id = 2;
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    spent_quota_milliseconds, held_micro_yuan, spent_micro_yuan, day, at_milliseconds)
VALUES ('settle', 7, 2, 4800, -5000, 4800, -2500000, 2400000, '2026-11-22', 4000);
INSERT INTO earlier_task_ids VALUES ('dashscope', 'task-1', 2);
UPDATE tasks SET state = 'fetched', slot = NULL, task_id = 'task-2', billed_milliseconds = 4800,
    ended_at_milliseconds = 3900 WHERE id = 2;
INSERT INTO deliveries (job_id, cause, chat_id, message_id, form, file_id, sending_at_milliseconds,
    sent_at_milliseconds)
VALUES (2, 'first:2:7:90', 7, 90, 'video', 'f90', 3900, 3950),
    (2, 'last:7:91', 7, NULL, 'round', NULL, 4100, NULL);
UPDATE jobs SET state = 'done', billed_milliseconds = 4800, ended_at_milliseconds = 4000
WHERE id = 2;
UPDATE tasks SET state = 'submitting', account = 'dashscope', slot = 1,
    submitting_at_milliseconds = 4500 WHERE id = 1;
INSERT INTO clock VALUES (1, 9000);
INSERT INTO notices VALUES ('budget', 3000);
INSERT INTO outages (account, work, cause, since_milliseconds, probe_at_milliseconds)
VALUES ('dashscope', 'submit', 'unpaid', 5000, 6000);
INSERT INTO moved_chats VALUES (-7, -1007, 5000);
INSERT INTO preferences (user_id, language, resolution, changed_at_milliseconds)
VALUES (7, 'en', '720P', 1);
INSERT INTO groups (chat_id, title, who, changed_at_milliseconds) VALUES (-5, 'Family', 'list', 1);
INSERT INTO group_guests (chat_id, user_id) VALUES (-5, 7);
INSERT INTO outbox (kind, unique_key, chat_id, message_id, user_id, arguments, attempts,
    run_at_milliseconds, begun_at_milliseconds, created_at_milliseconds)
VALUES ('alert', 'alert:lost:2:5000:7', 7, 0, NULL,
    '{"at_milliseconds": 5000, "text_key": "operator-lost", "values": {"job": 2}}', 2, 6000, 5500,
    5000), ('data-copy', 'update:11:data-copy', 9, 4, 9, '{}', 0, 5000, NULL, 5000);
INSERT INTO candidates VALUES (2, 4000, 'task-2');
INSERT INTO outcomes VALUES (10, '{"cancelled": 1}', 5000);
INSERT INTO consents VALUES (7, 1, 'beijing', 172800000, 'en', 900),
    (8, 1, 'here', 172800000, 'zh-hans', 1900);
INSERT INTO consent_questions VALUES (1, 8, 0, 8, 'asked', 'abcdefabcdef', 13, 14, 1800);
INSERT INTO forgettings VALUES (9, 9, 5, 'en', 'waiting');
INSERT INTO pseudonyms VALUES ('abc', -5, 9000);
INSERT INTO reports VALUES (1, 2, 8, 8, 15, 'face', 5000, NULL);
INSERT INTO report_messages VALUES (1, 7, 16);
INSERT INTO decisions VALUES (1, 2, 'take-down', 7, 6000);
INSERT INTO bans VALUES (10, 7, 6000, 6100);
-- A voice of 30 s in two tasks of which one is fetched, and what its sender was offered to hear.
INSERT INTO media (id, source, kind, chat_id, user_id, message_id, file_id, file_unique_id, state,
    duration_milliseconds, plan, in_parts, created_at_milliseconds, announced)
VALUES (80, 'update:80', 'voice', 7, 7, 80, 'f80', 'u80', 'ready', 30000,
    '{"length": 30000, "cuts": [14000], "clips": [[0, 14000]]}', 1, 8000, 1);
INSERT INTO jobs (id, request, chat_id, user_id, photo_id, voice_id, engine, resolution,
    held_milliseconds, price_micro_yuan_per_second, quota_weight_permille, created_at_milliseconds)
VALUES (80, 'pair:1:80', 7, 7, 1, 80, 'wan2.2-s2v', '480P', 30000, 500000, 1000, 8000);
INSERT INTO tasks (id, job_id, number, begins_at_milliseconds, length_milliseconds, engine, turn,
    state)
VALUES (81, 80, 1, 0, 14000, 'wan2.2-s2v', 5, 'ready'),
    (82, 80, 2, 14000, 16000, 'wan2.2-s2v', 6, 'ready');
INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
    held_micro_yuan, day, at_milliseconds)
VALUES ('hold', 7, 80, 30000, 30000, 15000000, '2026-11-22', 8000);
UPDATE tasks SET state = 'submitting', account = 'dashscope', slot = 3,
    submitting_at_milliseconds = 8100 WHERE id = 81;
UPDATE tasks SET state = 'fetched', slot = NULL, task_id = 'task-81', billed_milliseconds = 14000,
    ended_at_milliseconds = 8200 WHERE id = 81;
INSERT INTO borrowed_media VALUES (1, 8, NULL), (3, NULL, 4000);
INSERT INTO objections VALUES (-5, 8, 1000);
INSERT INTO forgotten_files VALUES ('u99');
-- A group that was told what is missing.
INSERT INTO introductions VALUES (-100500, 7, 1, 'videos', 9000);
