# Consent, before the first video

consent-question =
    <b>Before your first video, I need your yes.</b>

    • <b>Where it goes</b>: I send your photo and your voice to { $service }. The video is made there.
    • <b>How long</b>: the service keeps what I send for 48 hours and the video for 24 hours. { $hours ->
        [0] I keep the video until it is delivered.
       *[other] I keep the video for { NUMBER($hours, maximumFractionDigits: 1) } hours.
     } Telegram keeps this chat until you delete it.
    • <b>Whose it is</b>: I may use this face and this voice: they are mine, or their owners said yes.
    • I am <b>18 or older</b>.

    Until you agree, nothing is opened or sent to anyone. /privacy says more, /terms has the rules, /forget deletes everything.
consent-question-here =
    <b>Before your first video, I need your yes.</b>

    • <b>Where it goes</b>: nowhere. The video is made on the machine this bot runs on, and your photo and your voice do not leave it.
    • <b>How long</b>: { $hours ->
        [0] I keep the video until it is delivered.
       *[other] I keep the video for { NUMBER($hours, maximumFractionDigits: 1) } hours.
     } Telegram keeps this chat until you delete it.
    • <b>Whose it is</b>: I may use this face and this voice: they are mine, or their owners said yes.
    • I am <b>18 or older</b>.

    Until you agree, nothing is opened. /privacy says more, /terms has the rules, /forget deletes everything.
consent-group =
    Before your first video, I need your yes: I send photo and voice to { $service }; you may use this face and this voice; you are 18 or older.
consent-group-here =
    Before your first video, I need your yes: the video is made on this bot's own machine; you may use this face and this voice; you are 18 or older.
consent-agreed = Thank you, you agreed. If you change your mind: /forget.
consent-declined = All right. Nothing was opened or sent to anyone, and what you sent is dropped. If you change your mind, just send a photo.

service-beijing = the video service of Alibaba Cloud in Beijing, China
service-singapore = the video service of Alibaba Cloud in Singapore
service-other = the video service at { $host }

button-whole-text = The whole text
button-agree = I agree
button-decline = No

answer-agreed = Thank you.
answer-declined = All right: nothing is done with it.
answer-consent-given = You agreed already. /forget deletes everything.
answer-consent-changed = This text has changed meanwhile: I ask you again.
answer-consent-first = First, please answer my question in this chat.
