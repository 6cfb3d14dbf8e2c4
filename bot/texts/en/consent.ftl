# Consent, before the first video

consent-question =
    <b>Before your first video: please confirm.</b>

    <b>What I do</b>
    • <b>Where your data goes</b>: I send your photo and your voice to { $service }. The video is made there.
    • <b>How long it is kept</b>: the service keeps what I send for 48 hours and the video for 24 hours. { $hours ->
        [0] I keep the video until it is delivered.
       *[other] I keep the video for { NUMBER($hours, maximumFractionDigits: 1) } hours.
     } Telegram keeps this chat until you delete it.

    <b>What you confirm</b>
    By tapping <i>I agree</i> you confirm that
    • you may use this face and this voice: they are yours, or their owners gave permission;
    • you are <b>18 or older</b>.

    Until you agree, nothing is opened or sent to anyone. /privacy says more, /terms has the terms, /forget deletes everything.
consent-question-here =
    <b>Before your first video: please confirm.</b>

    <b>What I do</b>
    • <b>Where your data goes</b>: nowhere. The video is made on the machine this bot runs on, and your photo and your voice do not leave it.
    • <b>How long it is kept</b>: { $hours ->
        [0] I keep the video until it is delivered.
       *[other] I keep the video for { NUMBER($hours, maximumFractionDigits: 1) } hours.
     } Telegram keeps this chat until you delete it.

    <b>What you confirm</b>
    By tapping <i>I agree</i> you confirm that
    • you may use this face and this voice: they are yours, or their owners gave permission;
    • you are <b>18 or older</b>.

    Until you agree, nothing is opened. /privacy says more, /terms has the terms, /forget deletes everything.
consent-group =
    Before your first video, please confirm. I send photo and voice to { $service }. By tapping <i>I agree</i> you confirm that you may use this face and this voice, and that you are 18 or older.
consent-group-here =
    Before your first video, please confirm. The video is made on this bot's own machine. By tapping <i>I agree</i> you confirm that you may use this face and this voice, and that you are 18 or older.
consent-agreed = Thank you, you agreed. If you change your mind: /forget.
consent-declined = All right. Nothing was opened or sent to anyone, and what you sent is discarded. If you change your mind, just send a photo.

service-beijing = the video service of Alibaba Cloud in Beijing, China
service-singapore = the video service of Alibaba Cloud in Singapore
service-other = the video service at { $host }

button-whole-text = Full terms
button-agree = I agree
button-decline = No

answer-agreed = Thank you.
answer-declined = All right: nothing is done with it.
answer-consent-given = You agreed already. /forget deletes everything.
answer-consent-changed = This text has changed meanwhile: I ask you again.
answer-consent-first = First, please answer my question in this chat.
