# Beginning

start =
    Hello! I make photos speak.

    1. Send me a <b>photo of one person</b> – face or body, looking at the camera.
    2. Send me a <b>voice message</b> of up to { NUMBER($longest, maximumFractionDigits: 1) } seconds.

    You get a video of that person speaking, here in this chat. Either one may come first.
    Today you have <b>{ NUMBER($left, maximumFractionDigits: 1) } seconds</b> of video.
help =
    <b>How it works</b>
    Send a photo of one person and a voice message, in either order. A video comes back as a reply to your voice message.

    • <b>Photo</b>: one person, the whole face visible, sharp; as a picture or as a file (JPEG, PNG, WebP, BMP).
    • <b>Sound</b>: a voice message, a sound file or a video message, half a second to { NUMBER($longest, maximumFractionDigits: 1) } seconds of clear speech. Of a longer one I ask what you would like: a part of it, or all.
    • <b>Same face, new voice</b>: just send another voice message.
    • <b>Same voice, new face</b>: send another photo and press the button.
    • <b>In a group</b>: reply to a photo with /talk, then reply to me with a voice message. /notme keeps others from using your photos and voices there.

    /last – your last video once more
    /history – your earlier videos; getting one again is free
    /quota – what you have left today
    /queue – who waits for a video
    /status – see the progress
    /cancel – cancel what is waiting
    /settings – resolution, video messages, language and more
    /privacy – what is stored, where, how long
    /terms – the terms
    /forget – get your data, delete it
    /report – report a video
    A video that fails or is cancelled while it waits is free.
command-start = Start
command-help = How it works
command-last = Your last video once more
command-quota = What you have left today
command-status = See the progress
command-cancel = Cancel what is waiting

hint-text = Send me a <b>photo</b> of a person and a <b>voice message</b>, and I make the photo speak.
hint-text-photo-kept = I have your photo. Now send me a <b>voice message</b>: hold the microphone and speak.
hint-text-voice-kept = I have your voice. Now send me a <b>photo</b> of one person.
hint-other = I can work with photos and voice messages, sound files and videos with sound. Send me a <b>photo</b> of one person and a <b>voice message</b>.
hint-file = This file is neither a picture nor a sound that I know. Send a <b>photo</b> of one person (JPG, PNG) and a <b>voice message</b> (or MP3, M4A, WAV, OGG, or a video with sound).
command-unknown = I don't know this command. /help shows what I can do.
album-first = One video needs one photo: I use the first of your album. Send another photo alone to use that one instead.
