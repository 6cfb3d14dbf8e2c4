INSERT INTO operator_notices VALUES (1, 'lost:2', 'operator-lost', '{"job": 2}', 5000);
INSERT INTO operator_letters VALUES (1, 7, 'open', 2, 6000);
INSERT INTO candidates VALUES (2, 4000, 'task-2');
INSERT INTO outcomes VALUES (10, '{"cancelled": 1}', 5000);
