INSERT INTO moved_chats VALUES (-7, -1007, 5000);
