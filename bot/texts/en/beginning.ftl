# Beginning

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
    • <b>Sound</b>: a voice note, a sound file or a round video, half a second to { NUMBER($longest, maximumFractionDigits: 1) } seconds of clear speech. Of a longer one I ask what you would like: a part of it, or all.
    • <b>Same face, new voice</b>: just send another voice note.
    • <b>Same voice, new face</b>: send another photo and press the button.
    • <b>In a group</b>: answer a photo with /talk, then answer me with a voice note. /notme keeps others from using your photos and voices there.

    /last – your last video once more
    /history – all your videos, to have again for nothing
    /quota – what you have left today
    /queue – who waits for a video
    /status – what is being made
    /cancel – stop what is waiting
    /settings – sharper picture, round notes, language and more
    /privacy – what is kept, where, how long
    /terms – the rules
    /forget – get your data, delete it
    /report – tell what is wrong with a video
    A video that fails or is cancelled while it waits costs you nothing.
command-start = Begin
command-help = How it works
command-last = Your last video once more
command-quota = What you have left today
command-status = What is being made
command-cancel = Stop what is waiting

hint-text = Send me a <b>photo</b> of a person and a <b>voice note</b>, and I make the photo speak.
hint-text-photo-kept = I have your photo. Now send me a <b>voice note</b>: hold the microphone and speak.
hint-text-voice-kept = I have your voice. Now send me a <b>photo</b> of one person.
hint-other = I can work with photos and voice notes. Send me a <b>photo</b> of one person and a <b>voice note</b>.
hint-file = This file is neither a picture nor a sound. Send a <b>photo</b> of one person and a <b>voice note</b>.
command-unknown = I don't know this command. /help shows what I can do.
album-first = One video needs one photo: I use the first of your album. Send another photo alone to use that one instead.
