# A video once more, in another form, and all of them

button-finer = Again in 720P
button-as-note = As a video message
button-as-video = As a video
button-not-now = Not now
button-newer = Newer
button-older = Older

answer-dropped = Discarded: this voice is not used.
answer-asked = Please see my question below.
answer-coming = It comes in a moment.

voice-confirm = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. The video takes { NUMBER($needed, maximumFractionDigits: 1) } s of the { NUMBER($left, maximumFractionDigits: 1) } s you have left today. Go on?
finer-confirm = This video in 720P takes { NUMBER($needed, maximumFractionDigits: 1) } s of the { NUMBER($left, maximumFractionDigits: 1) } s you have left today. Go on?
retry-confirm = Making this video again takes { NUMBER($needed, maximumFractionDigits: 1) } s of the { NUMBER($left, maximumFractionDigits: 1) } s you have left today. Go on?
job-quiet = Your video of { NUMBER($seconds, maximumFractionDigits: 1) } s is on its way. I will not disturb you until it comes.

video-again = { $label }
    One of your earlier ones, once more: this is free.
again-gone = Neither Telegram nor I still have this video. Send me a photo and a voice message for a new one.
again-not-round = Telegram does not let me send this as a video message. Your privacy settings may not allow video messages from me.
again-later = Telegram does not take it at the moment. Please try again later.

command-history = Your videos from our private chat
history-none = You have no video here yet. Send me a photo and a voice message.
history-private = Your videos are for you alone: open them in our private chat.
history-title = <b>Your videos from this chat</b>, page { NUMBER($page) } of { NUMBER($pages) }. Press a number to get one again; that is free.
history-line = <b>{ NUMBER($number) }</b>  { $when } · { NUMBER($seconds, maximumFractionDigits: 1) } s · { $resolution }
history-line-gone = <b>{ NUMBER($number) }</b>  { $when } · { NUMBER($seconds, maximumFractionDigits: 1) } s · no longer there
