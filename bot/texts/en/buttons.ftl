# Buttons

button-cancel = Cancel
button-retry = Try again
button-check = Use anyway
button-beginning = Use the first { NUMBER($seconds, maximumFractionDigits: 1) } s
button-go-on = Yes, go on
button-same-voice = Same voice again
button-costing = { $label } · { NUMBER($seconds, maximumFractionDigits: 1) } s

answer-not-yours = This button belongs to someone else.
answer-too-late = This button has expired.
answer-cancelled = Cancelled. Nothing was charged.
answer-stopping = Trying to cancel…
answer-started = Started.
answer-no-quota = Your quota does not cover this video. /quota says when more comes.
answer-no-budget = This bot's budget is used up for now. Please try again later.
answer-kept-waiting = You have too many videos waiting: try again when one is done.
answer-no-checks = That is as many photos as I may check for you today. Please try again tomorrow.
