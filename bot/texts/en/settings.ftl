# What a person chooses once and for all

command-settings = How your videos are made and sent
settings-title = <b>Your settings</b>
    Press a button to change one. It holds for every video from now on.
settings-saved = Saved.
settings-line = { $name }: <b>{ $value }</b>
settings-private = Your settings are for you alone: open them in our private chat.
button-back = Back
choice-now = { $choice } (now)

setting-resolution = Resolution
setting-resolution-ask = <b>Which resolution shall your videos have?</b>
    480P is the usual one. 720P is sharper, takes longer, and counts { NUMBER($ratio, maximumFractionDigits: 1) } times as much of your quota.
setting-resolution-ask-same = <b>Which resolution shall your videos have?</b>
    480P is the usual one. 720P is sharper and takes longer; both count the same.
resolution-small = 480P
resolution-large = 720P

setting-reply = Send as
setting-reply-ask = <b>How shall I send your videos?</b>
    As a video in the shape of your photo, or as a video message: round, with the face in the middle. A video message carries a small “AI” in the picture, as it has no text.
reply-video = video
reply-note = video message

setting-levelling = Volume levelling
setting-levelling-ask = <b>Shall I even out how loud you speak?</b>
    That suits most voice messages. Switch it off for singing, or for a recording that is already finished: then I only make sure that it does not distort. It holds for voices you send from now on.
levelling-on = on
levelling-off = off

setting-confirm = Confirm before generating
setting-confirm-ask = <b>Shall I ask before a video that takes much of your quota is made?</b>
confirm-never = off
confirm-above-ten = above 10 s of quota
confirm-above-twenty = above 20 s of quota
confirm-always = before every video

setting-language = Language
setting-language-ask = <b>Which language shall I speak?</b>
language-automatic = same as Telegram
language-english = English
language-chinese = 中文

setting-progress = Progress
setting-progress-ask = <b>Shall I keep you posted while a video is made?</b>
    Quiet means: one message when I have accepted it, and then the video. Trouble is told in any case.
progress-shown = shown
progress-quiet = quiet
