-- Nothing but a column of jobs, whose rows are of 0001.
SELECT 1;
