# A job that brings no video

failed-refused = The video service could not use this photo or voice: { $reason } { $charged }
failed-service = The video service could not make this video. { $charged } You can try again without sending anything.
failed-here = I could not make this video: my machine had no room for it. { $charged }{ $operator_knows } You can try again later without sending anything.
failed-moderated = The video service declines this photo or voice because of its content rules. { $charged } Please send another one.
failed-voice-too-long = The video service found the voice too long. { $charged } Please send a shorter one.
failed-stopped = The video service is not available at the moment. { $charged }{ $operator_knows } You can try again later without sending anything.
failed-waited = The video service was not available for a whole day, so I stopped waiting. { $charged } You can try again later without sending anything.
failed-timeout = The video service took too long and gave up. { $charged } You can try again without sending anything.
failed-lost = The video service lost this video. { $charged }{ $operator_knows } You can try again without sending anything.
failed-released = The video service never said what became of this video, so the operator ended it. { $charged } You can try again without sending anything.
failed-invalid = Something is wrong on our side (number { $job }). { $charged }{ $operator_knows }
failed-gone = Telegram no longer has your photo or voice. { $charged } Please send both again.
failed-restored = The bot had to go back to an older state and cannot tell whether your video was made. { $charged } You can try again without sending anything.
failed-too-big = The video became too big for Telegram. { $charged }{ $operator_knows }

charged-nothing = Nothing was charged.
charged-all-the-same = What was made by then counts: { NUMBER($seconds, maximumFractionDigits: 1) } s of your quota.

operator-knows = {" "}The operator knows.
