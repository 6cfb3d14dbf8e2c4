# A job

job-preparing = Preparing your video of { NUMBER($seconds, maximumFractionDigits: 1) } s…
job-next = Your video is next. { $estimate }
job-waiting = Your video waits in the queue: <b>place { NUMBER($place) }</b>. { $estimate }
job-held-back = Your video waits: the video service is not available at the moment. Nothing was charged.{ $operator_knows } It goes on by itself.
job-submitting = Uploading…
job-rendering = Making your video of { NUMBER($seconds, maximumFractionDigits: 1) } s
    { $bar } { $estimate }
job-stopping = Trying to cancel…
job-unstoppable = Making your video of { NUMBER($seconds, maximumFractionDigits: 1) } s
    { $bar } { $estimate }
    It can no longer be cancelled: it will come, and count.
job-fetching = Your video is ready: fetching it…
job-delivering = Your video is ready: sending it…
job-done = Your video is ready.
job-cancelled = Cancelled. { $charged }

estimate-seconds = About { NUMBER($low) }–{ NUMBER($high) } s to go.
estimate-minutes = About { NUMBER($low) }–{ NUMBER($high) } min to go.
estimate-unknown = This usually takes 5 to 10 minutes, at busy times longer.
estimate-soon = Any moment now.
estimate-late = This takes longer than usual; I keep watching.

video-caption = { $label }
    { NUMBER($seconds, maximumFractionDigits: 1) } s used · { NUMBER($left, maximumFractionDigits: 1) } s left today

video-last = { $label }
    Your last one, once more: this is free.
video-smaller = Made smaller: the original is too big for Telegram.
video-as-file = Sent as a file: Telegram does not take it as a video.
