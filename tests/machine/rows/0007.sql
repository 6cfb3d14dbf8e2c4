INSERT INTO consents VALUES (7, 1, 'beijing', 172800000, 'en', 900),
    (8, 1, 'here', 172800000, 'zh-hans', 1900);
INSERT INTO consent_questions VALUES (1, 8, 0, 8, 'asked', 'abcdefabcdef', 13, 14, 1800, 0, 0);
INSERT INTO forgettings VALUES (9, 9, 5, 'en', 'waiting', 0, 0);
INSERT INTO data_requests VALUES (9, 9, 4, 1, 5000);
INSERT INTO pseudonyms VALUES ('abc', -5, 9000);
INSERT INTO reports VALUES (1, 2, 8, 8, 15, 'face', 5000);
INSERT INTO report_letters VALUES (1, 7, 'told', 0, 0);
INSERT INTO takedowns VALUES (2, 7, 6000, 'said', 0, 0);
INSERT INTO bans VALUES (10, 7, 6000, 6100);
