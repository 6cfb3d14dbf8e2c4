# The ways of making videos, where there are several

setting-engine = Made as
setting-engine-ask = <b>How shall your videos be made?</b>
engine-line = { $name }: a second counts as { NUMBER($ratio, maximumFractionDigits: 2) } s of your quota
engine-wan = Full picture, natural movement
engine-emo = Portrait, simpler
engine-preview = Preview, a drawn mouth

failed-switched-off = This way of making videos is not on any more. { $charged } Try again makes it with the present one.
failed-photo = The photo does not suit the way of making videos that you chose: { $reason } { $charged } Choose another way in /settings and try again, or send another photo.
failed-no-verdict = The photo had to be checked once more for the way of making videos that you chose, and the video service could not tell whether it is suitable. { $charged } The operator knows. Choose another way in /settings and try again, or send another photo.
failed-unchecked = The photo had to be checked once more for the way of making videos that you chose, and no more checks are possible today. { $charged } Try again tomorrow, or choose another way in /settings.
