# What a person chooses once and for all

command-settings = How your videos are made and sent
settings-title = <b>Your settings</b>
    Press a button to change one. It holds for every video from now on.
settings-saved = Saved.
settings-line = { $name }: <b>{ $value }</b>
settings-private = Your settings are for you alone: open them in our private chat.
button-open-settings = Open my settings
button-back = Back
choice-now = { $choice } (now)

setting-resolution = Picture
setting-resolution-ask = <b>How sharp shall the picture be?</b>
    480P is the usual one. 720P is sharper, takes longer, and counts { NUMBER($ratio, maximumFractionDigits: 1) } times as much of your quota.
setting-resolution-ask-same = <b>How sharp shall the picture be?</b>
    480P is the usual one. 720P is sharper and takes longer; both count the same.
resolution-small = 480P
resolution-large = 720P

setting-reply = Comes as
setting-reply-ask = <b>How shall your videos come?</b>
    As a video in the shape of your photo, or as a round video note around the face. A round one carries a small “AI” in the picture, as it has no text.
reply-video = a video
reply-note = a round video note

setting-levelling = Voice
setting-levelling-ask = <b>Shall I even out how loud you speak?</b>
    That suits most voice notes. Switch it off for singing, or for a recording that is already finished: then I only make sure that it does not distort. It holds for voices you send from now on.
levelling-on = evened out
levelling-off = left as it is

setting-confirm = Ask first
setting-confirm-ask = <b>Shall I ask before a video takes much of your quota?</b>
confirm-never = never
confirm-above-ten = above 10 s of quota
confirm-above-twenty = above 20 s of quota
confirm-always = before every video

setting-language = Language
setting-language-ask = <b>Which language shall I speak?</b>
language-automatic = that of your Telegram
language-english = English
language-chinese = 中文

setting-progress = Progress
setting-progress-ask = <b>Shall I keep you posted while a video is made?</b>
    Quiet means: one message when I have accepted it, and then the video. Trouble is told in any case.
progress-shown = shown
progress-quiet = quiet
