# In a group

command-talk = Make a photo speak
command-queue = Who waits for a video
command-notme = Nobody may use my photos and voices here

name-somebody = Somebody

placeholder-photo = A photo of one person
placeholder-voice = A voice message

group-photo-ready = Good photo. Now reply to <b>this message</b> with a <b>voice message</b> of up to { NUMBER($longest, maximumFractionDigits: 1) } seconds.
group-voice-ready = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Now reply to <b>this message</b> with a <b>photo</b> of one person.
group-answer-here = To send another one, reply to <b>this message</b> with it.
group-ask-voice = I have your photo. Reply to <b>this message</b> with a <b>voice message</b> of up to { NUMBER($longest, maximumFractionDigits: 1) } seconds.
group-ask-photo = I have your voice. Reply to <b>this message</b> with a <b>photo</b> of one person.
group-how = Reply to <b>this message</b> with a <b>photo</b> of one person, then reply to me with a <b>voice message</b>. Or reply to any photo here with /talk.
group-both-there = I have your photo and your voice. I am still looking at them, or one of them has a question for you: see its message.
group-not-for-you = In this group only some people make videos with me, as its admins chose. You can always write to me privately.
group-not-allowed = This bot works in certain groups only, and this one is not among them. The operator of the bot can add the group. You can always write to me privately.
group-write-as-yourself = I can't tell who you are while you write as a group or a channel. Please write as yourself.
group-help = Reply to a photo with /talk, then reply to me with a voice message: the person in the photo speaks.
group-quota = <b>{ NUMBER($left, maximumFractionDigits: 1) } s</b> of { NUMBER($limit, maximumFractionDigits: 1) } s are left for you. It resets { $when }.
group-quota-budget = <b>{ NUMBER($left, maximumFractionDigits: 1) } s</b> of { NUMBER($limit, maximumFractionDigits: 1) } s are left for you: this bot's budget for everybody has less left than your quota. It resets { $when }.
group-last-none = You have no video here yet. Reply to a photo with /talk to make one.
group-last-gone = Neither Telegram nor I still have your last video here. Reply to a photo with /talk to make a new one.
group-status-nothing = Nothing is being made for you here. Reply to a photo with /talk to begin.
group-status-photo = I have your photo, your voice is missing. /talk asks for it.
group-status-voice = I have your voice, a photo is missing. /talk asks for it.
start-link-unknown = This link does not lead anywhere any more. Here is how to begin:

button-long-help = More about me
button-new-voice = New voice
button-new-face = New photo
button-not-me = That's me – remove it
button-allow-again = Allow my photos and voices again

talk-cannot = I can only work with a photo, a voice message, a sound file, or a video with sound. Please reply to one of those with /talk.
talk-unseen = I can't see a photo or a voice in the message you replied to, which is in another topic or chat. Please send it here and reply to it with /talk.
talk-own-only = In this group everybody uses only their own photos and voices. Please send yours: /talk asks for it.
talk-objected = { $owner } does not want others to use their photos and voices here. Please choose another one.

borrowed-asked = { $owner }, this is yours. If you mind, tap /notme and I discard it.
borrowed-used = { $owner }, your photo or voice is used here. If you mind, press the button.
photo-borrowed = This photo is somebody else's, and may not be used here any more. Please choose another one.
voice-borrowed = This voice is somebody else's, and may not be used here any more. Please choose another one.
job-objected = I am stopping this: somebody whose photo or voice it uses does not want it. If it is finished all the same, I won't show it, and it counts.
failed-objected = Stopped: somebody whose photo or voice this uses does not want it. { $charged }

notme-done = Understood: nobody else uses your photos and voices in this group. What is being made of them stops, and videos of them are removed. With /talk you can still use them yourself.
notme-known = Nobody else uses your photos and voices in this group; it stays so until you allow it again.
answer-objected = Understood. Nobody else uses your photos and voices here from now on; /notme lets you allow it again.
answer-stopped-by-admin = Stopped.
video-stays = Somebody whose photo or voice this video uses does not want it. I can't delete it any more: please do, or ask an admin of the group.
answer-allowed-again = Thank you. Others may use your photos and voices here again.
answer-not-borrowable = This is somebody else's, and may not be used here any more. Please choose another one.
answer-see-below = Asked: see my message below.
answer-not-for-you = In this group only some people make videos with me, as its admins chose. You can always write to me privately.
answer-withdrawn = This video may not be shown any more. Please send a photo and a voice message for a new one.
answer-resolution-here = In this group the admins chose one resolution for all videos. An admin can change it with /groupsettings.
answer-own-only = In this group everybody uses only their own photos and voices. Please send yours.
answer-group-not-allowed = This bot does not work in this group. You can always write to me privately.

queue-empty = Nobody waits, and nothing is being made.
queue-being-made = Being made: { $names }
queue-waiting = { $count ->
    [one] One waits:
   *[other] { NUMBER($count) } wait:
 }
queue-place = { NUMBER($place) }. { $name }
queue-own-place = <b>{ NUMBER($place) }. { $name }</b>
queue-you = you
queue-elsewhere = somebody in another chat
queue-comma = ,{ " " }
