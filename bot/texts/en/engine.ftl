# The ways of making videos, where there are several

setting-engine = Model
setting-engine-ask = <b>Which model makes your videos?</b>
engine-line = { $name }: a second counts as { NUMBER($ratio, maximumFractionDigits: 2) } s of your quota
engine-wan = Wan 2.2 – the whole picture, natural movement
engine-emo = EMO – a portrait, simpler
setting-framing = Shape
setting-framing-ask = <b>Which shape shall your videos have?</b>
    By the photo: the one that is nearer to it. Portrait shows more, and counts { NUMBER($ratio, maximumFractionDigits: 1) } times as much of your quota. It holds for photos you send from now on.
framing-automatic = by the photo
framing-square = square (1:1)
framing-portrait = portrait (3:4)
engine-preview = Preview – a drawn mouth

failed-switched-off = This model is not available any more. { $charged } Try again uses the present one.
failed-photo = The photo does not suit the model that you chose: { $reason } { $charged } Choose another model in /settings and try again, or send another photo.
failed-no-verdict = The photo had to be checked once more for the model that you chose, and the video service could not tell whether it is suitable. { $charged }{ $operator_knows } Choose another model in /settings and try again, or send another photo.
failed-unchecked = The photo had to be checked once more for the model that you chose, and no more checks are possible today. { $charged } Try again tomorrow, or choose another model in /settings.
