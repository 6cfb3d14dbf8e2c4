# The operator's answers

adopt-usage = Please send it like this: <code>/adopt JOB TASK</code>, both as in my question.
adopt-done = Job { $job } goes on with task { $task }.
adopt-not-listed = Task { $task } is not among those I named for job { $job }, or is another job's by now. Nothing changed.
release-usage = Please send it like this: <code>/release JOB</code>, with the number from my question.
release-done = Job { $job } ended, and its owner is told: nothing was taken from their quota. The bot's budget bears what may have been billed.
adopt-not-asked = I am not asking about job { $job } (any more). Nothing changed.
