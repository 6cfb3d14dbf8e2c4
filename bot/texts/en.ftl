# What the bot says, in English. Texts are HTML; names come in escaped.

## Beginning

start =
    Hello! I make photos speak.

    1. Send me a <b>photo of one person</b> – face or body, looking at the camera.
    2. Send me a <b>voice note</b> of up to { NUMBER($longest, maximumFractionDigits: 1) } seconds.

    You get a video of that person speaking, here in this chat. Either one may come first.
    Today you have <b>{ NUMBER($left, maximumFractionDigits: 1) } seconds</b> of video.
help =
    <b>How it works</b>
    Send a photo of one person and a voice note, in either order. A video comes back as the answer to your voice note.

    • <b>Photo</b>: one person, the whole face visible, sharp; as a picture or as a file (JPEG, PNG, WebP, BMP).
    • <b>Sound</b>: a voice note, a sound file or a round video, half a second to { NUMBER($longest, maximumFractionDigits: 1) } seconds of clear speech.
    • <b>Same face, new voice</b>: just send another voice note.
    • <b>Same voice, new face</b>: send another photo and press the button.

    /last – your last video once more
    /quota – what you have left today
    /status – what is being made
    /cancel – stop what is waiting
    A video that fails or is cancelled while it waits costs you nothing.
command-start = Begin
command-help = How it works
command-last = Your last video once more
command-quota = What you have left today
command-status = What is being made
command-cancel = Stop what is waiting

hint-text = Send me a <b>photo</b> of a person and a <b>voice note</b>, and I make the photo speak.
hint-text-photo-kept = I have your photo. Now send me a <b>voice note</b>: hold the microphone and speak.
hint-text-sound-kept = I have your voice. Now send me a <b>photo</b> of one person.
hint-other = I can work with photos and voice notes. Send me a <b>photo</b> of one person and a <b>voice note</b>.
hint-file = This file is neither a picture nor a sound. Send a <b>photo</b> of one person and a <b>voice note</b>.
command-unknown = I don't know this command. /help shows what I can do.
album-first = One video needs one photo: I use the first of your album. Send another photo alone to use that one instead.

## A photo

photo-looking = Looking at your photo…
photo-ready = Good photo. Now send me a <b>voice note</b> of up to { NUMBER($longest, maximumFractionDigits: 1) } seconds.
photo-ready-enlarged = Good photo, but a small one: I enlarged it, and a bigger one would look sharper. Now send me a <b>voice note</b>.
photo-ready-again = Good photo. Send me a new <b>voice note</b>, or use your last one again.
photo-ready-sound-coming = Good photo. Your voice is next.
photo-used = Good photo: it goes into your video.
photo-ready-sound-asked = Good photo. Your voice waits for you: see its message.
photo-dropped = Forgotten: this photo is not used.
photo-superseded = You sent a newer photo: I use that one.
photo-empty = This picture is empty. Please send it again.
photo-too_big = This picture is over 20 MB. Please send it as a photo instead of a file, or a smaller one.
photo-not_a_picture = I can't open this as a picture. Please send a JPEG, PNG, WebP or BMP, or just a photo.
photo-too_small = This picture is too small ({ $width }×{ $height }). I need at least 200 pixels on each side; 400 and more look good.
photo-too_narrow = This picture is too long and narrow. Please crop it closer to the person, no more than three times as long as wide.
photo-too_many_pixels = This picture has too many pixels for me to open. Please send it as a photo instead of a file.
photo-heic_not_installed = I can't open HEIC pictures. Please send it as a photo instead of a file: your phone then converts it.
photo-gone = Telegram no longer has this picture. Please send it again.
photo-ask-no-face = I can't find a face in this photo. Please send one with the whole face visible – or, if I am wrong, let it be checked all the same.
photo-ask-several = I see { NUMBER($faces) } people in this photo. Please send one of a single person, or crop it – or, if I am wrong, let it be checked all the same.
photo-no-human = No person was found in this photo. Please send one of a single person.
photo-several-people = There is more than one person in this photo. Please send one of a single person, or crop it.
photo-not-one-person = I need exactly one person in the photo: here there is none, or several. Please send another one, or crop it.
photo-no-face = No face was found in this photo. Please send one with the whole face visible.
photo-proportion = The person is too small or too large in this photo. Please send one from the head to the waist, or crop it.
photo-face-pose = The face is turned too far. Please send a photo that looks at the camera, with the whole face visible.
photo-full-face = The face is not wholly visible. Please send a photo without hands, hair or edges over the face.
photo-front = The person does not face the camera. Please send a photo from the front.
photo-whole-body = The body is cut off or its pose is unusual. Please send a photo with the whole upper body, from the front.
photo-unclear = The photo is not clear enough. Please send a sharper, brighter one.
photo-resolution = The photo's size does not suit: each side must be between 400 and 7000 pixels. Please send another one.
photo-size = The picture file is too big for the video service. Please send it as a photo instead of a file.
photo-format = The video service can't read this picture. Please send a JPEG or PNG.
photo-unsuitable = This photo does not suit for speaking. Please send one of a single person, from the front, with the whole face visible.
photo-moderated = The video service declines this photo because of its content rules. Please send another one. Nothing was charged.
photo-checks-used-up = That is as many photos as I may check for you in one day. You can go on { $when }.
photo-service-stopped = The video service is not available at the moment, so I could not check this photo. Nothing was charged, and the operator knows. Please try again later.
photo-late = You sent this photo { $ago } ago, while I was away. Shall I go on with it? Or just send what you would like now.
photo-late-video = You sent this { $ago } ago, while I was away. Shall I make the video?
photo-stale = Good photo. Your last voice is { $ago } old: shall I make the video with it? Or send a new <b>voice note</b>.
photo-unreachable = I could not reach the video service to check this photo. Nothing was charged. Please try again in a few minutes.
photo-budget = This bot's budget for now is used up, so I could not check this photo. Nothing was charged. It goes on { $when }.

## A sound

sound-listening = Listening to your voice…
sound-ready = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Now send me a <b>photo</b> of one person.
sound-ready-noisy = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, with some noise: a quieter place would look better. Now send me a <b>photo</b> of one person.
sound-ready-photo-coming = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Still looking at your photo.
sound-used = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech for your video.
sound-dropped = Forgotten: this voice is not used.
sound-superseded = You sent a newer voice: I use that one.
sound-empty = This sound is empty. Please record it again.
sound-too_big = This file is over 20 MB. Please send a shorter one, or a voice note.
sound-unreadable = I can't play this file. Please send a voice note, or an MP3, M4A, WAV or OGG file.
sound-silent = I hear nothing in this. Please record it again, closer to the microphone.
sound-too_short = This is too short: I need at least half a second of speech. Please record it again.
sound-too_long = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and a video takes { NUMBER($longest, maximumFractionDigits: 1) } s. Send a shorter one, or let me use the beginning.
sound-gone = Telegram no longer has this sound. Please send it again.
sound-quota = This needs { NUMBER($seconds, maximumFractionDigits: 1) } s, and you have { NUMBER($left, maximumFractionDigits: 1) } s left. More comes { $when }. Nothing was charged.
sound-quota-shorten = This needs { NUMBER($seconds, maximumFractionDigits: 1) } s, and you have { NUMBER($left, maximumFractionDigits: 1) } s left. Let me use the beginning, or wait: more comes { $when }. Nothing was charged.
sound-waiting = You have { NUMBER($waiting) } videos waiting already. When one is done, try again. Nothing was charged.
sound-budget = This bot's budget for now is used up. It goes on { $when }; try again then. Nothing was charged.
sound-service-stopped = The video service is not available at the moment. Nothing was charged, and the operator knows. Please try again later.
sound-late = You sent this { $ago } ago, while I was away. Shall I go on with it? Or just send what you would like now.
sound-late-video = You sent this { $ago } ago, while I was away. Shall I make the video?
sound-stale = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Your last photo is { $ago } old: shall I make the video with it? Or send a new <b>photo</b>.
sound-unreachable = I could not reach the video service. Nothing was charged. Please try again in a few minutes.
sound-moderated = The video service declines this recording because of its content rules. Please send another one. Nothing was charged.

## A job

job-preparing = Preparing your video of { NUMBER($seconds, maximumFractionDigits: 1) } s…
job-next = Your video is next. { $estimate }
job-waiting = Your video waits in the queue: <b>place { NUMBER($place) }</b>. { $estimate }
job-held-back = Your video waits: the video service is not available at the moment, and the operator knows. Nothing was charged. It goes on by itself.
job-submitting = Handing your photo and voice over…
job-rendering = Making your video of { NUMBER($seconds, maximumFractionDigits: 1) } s
    { $bar } { $estimate }
job-stopping = Trying to stop your video…
job-unstoppable = Making your video of { NUMBER($seconds, maximumFractionDigits: 1) } s
    { $bar } { $estimate }
    It is being made already and can no longer be stopped: it will come, and count.
job-fetching = Your video is ready: fetching it…
job-delivering = Your video is ready: sending it…
job-done = Your video is ready.
job-cancelled = Cancelled. Nothing was charged.

estimate-seconds = About { NUMBER($low) }–{ NUMBER($high) } s to go.
estimate-minutes = About { NUMBER($low) }–{ NUMBER($high) } min to go.
estimate-unknown = This usually takes 5 to 10 minutes, at busy times longer.
estimate-soon = Any moment now.
estimate-late = This takes longer than usual; I keep watching.

video-caption = AI-generated video.
    { NUMBER($seconds, maximumFractionDigits: 1) } s used · { NUMBER($left, maximumFractionDigits: 1) } s left today
video-caption-preview = AI-generated preview.
    { NUMBER($seconds, maximumFractionDigits: 1) } s used · { NUMBER($left, maximumFractionDigits: 1) } s left today

video-last = AI-generated video.
    Your last one, once more: this costs nothing.
video-last-preview = AI-generated preview.
    Your last one, once more: this costs nothing.
video-smaller = Made smaller: the original is too big for Telegram.
video-as-file = Sent as a file: Telegram does not take it as a video.

failed-refused = The video service could not use this photo or voice: { $reason } Nothing was charged.
failed-service = The video service could not make this video. Nothing was charged. You can try again without sending anything.
failed-moderated = The video service declines this photo or voice because of its content rules. Nothing was charged. Please send another one.
failed-sound-too-long = The video service found the voice too long. Nothing was charged. Please send a shorter one.
failed-stopped = The video service is not available at the moment. Nothing was charged, and the operator knows. You can try again later without sending anything.
failed-waited = The video service was not available for a whole day, so I stopped waiting. Nothing was charged. You can try again later without sending anything.
failed-timeout = The video service took too long and gave up. Nothing was charged. You can try again without sending anything.
failed-lost = The video service lost this video. Nothing was charged to you, and the operator knows. You can try again without sending anything.
failed-invalid = Something is wrong on our side. Nothing was charged, and the operator knows (number { $job }).
failed-gone = Telegram no longer has your photo or voice. Nothing was charged. Please send both again.
failed-restored = The bot had to go back to an older state and cannot tell whether your video was made. Nothing was charged to you. You can try again without sending anything.
failed-too-big = The video became too big for Telegram. Nothing was charged, and the operator knows.

## Buttons

button-cancel = Cancel
button-retry = Try again
button-check = Check it anyway
button-beginning = Use the first { NUMBER($seconds, maximumFractionDigits: 1) } s
button-go-on = Yes, go on
button-same-voice = Same voice again

answer-not-yours = This button belongs to someone else.
answer-too-late = This is over already.
answer-cancelled = Cancelled. Nothing was charged.
answer-stopping = I try to stop it.
answer-started = On it.
answer-no-quota = Your quota does not cover this video. /quota says when more comes.
answer-no-budget = This bot's budget is used up for now. Please try again later.
answer-kept-waiting = You have too many videos waiting: try again when one is done.

## Commands

quota = <b>Your quota today</b>
    { $bar }
    { NUMBER($used, maximumFractionDigits: 1) } s used · { NUMBER($held, maximumFractionDigits: 1) } s set aside · <b>{ NUMBER($left, maximumFractionDigits: 1) } s left</b> of { NUMBER($limit, maximumFractionDigits: 1) } s
    It starts afresh { $when }.
when-today = today at { $time }
when-tomorrow = tomorrow at { $time } ({ $zone })
when-date = on { $date }

ago-minutes = { NUMBER($count) } min
ago-hours = { NUMBER($count) } h
ago-days = { NUMBER($count) } days

last-none = You have no video here yet. Send me a photo and a voice note.
last-gone = Neither Telegram nor I still have your last video. Send me a photo and a voice note for a new one.
status-nothing = Nothing is being made. Send me a photo and a voice note.
status-photo = I have your photo, your voice is missing. Send me a <b>voice note</b>.
status-sound = I have your voice, a photo is missing. Send me a <b>photo</b> of one person.
status-asked = I have your photo and your voice. I am still looking at them, or one of them waits for your answer: see their messages.
status-jobs = { $count ->
    [one] One video is on its way:
   *[other] { NUMBER($count) } videos are on their way:
 }
cancel-nothing = There is nothing to cancel.
cancel-draft = Forgotten: the photo and voice you sent are not used. Nothing was charged.
cancel-done = { $count ->
    [one] One video cancelled. Nothing was charged.
   *[other] { NUMBER($count) } videos cancelled. Nothing was charged.
 }
cancel-trying = What is being made already I try to stop; its message tells you how that goes.

resume-trying = I try again now, with the next video that waits or comes. You will hear how it went.
resume-nothing = Nothing is stopped: as far as I know, the video service works.

## To the operator

operator-service-stopped = <b>The video service refuses to work</b> ({ $cause }): { $detail }
    Waiting videos stay in the queue, and nothing is charged. I try again by myself, less and less often; /resume tries at once.
operator-service-works = <b>The video service works again</b> ({ $cause }). What waited goes on.
operator-request-invalid = <b>The video service says our request is wrong</b>: { $detail } (job { $job })
operator-lost = <b>A paid video may be lost</b>: job { $job }, task { $task }: { $detail }
operator-ambiguous = <b>Two tasks could belong to job { $job }</b>: { $detail }. Nothing is submitted again until it is clear.
operator-foreign = <b>A task is not ours</b>: job { $job } took task { $task } for its own after an answer was lost, and { $detail }. Its video was not delivered, nobody was charged; the job can be tried again.
operator-parked = <b>An update could not be handled</b>: { $detail }
operator-unsettled = <b>A bill does not fit its hold</b>: job { $job }: { $detail }
operator-database-unusable = <b>The bot stopped: nothing can be recorded</b>, so nothing is paid for. { $detail }
operator-database-locked = <b>The bot waits: another program keeps the database locked</b>: { $detail }. It goes on by itself once that program ends.
operator-disk = <b>A video cannot be kept on the disk</b>: { $detail }. Make room; it is tried again.
operator-restoring = <b>The database was restored and the video service cannot be asked yet</b>: { $detail }. Nothing is submitted until it can.
operator-restored = <b>The database was restored</b>; it ends at { $at }.
    Tasks it does not know: { $tasks }. For 24 hours <code>talking-photo make --task ID</code> fetches their videos.
    Jobs ended without charge because such a task may be theirs: { $jobs }.
operator-budget = <b>The bot's budget is used up</b>; people are told to wait.
