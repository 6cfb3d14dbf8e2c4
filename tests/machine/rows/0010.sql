-- A group that was told what is missing, and a video that went to its person's private chat.
INSERT INTO arrivals VALUES (-100500, 7, 1, 'videos', 9000);
INSERT INTO detours VALUES (2, 7, 90);
