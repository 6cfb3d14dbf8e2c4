INSERT INTO stops (account, work, cause, detail, since_milliseconds, trial_at_milliseconds)
VALUES ('dashscope', 'submit', 'unpaid', 'Arrearage', 5000, 6000);
