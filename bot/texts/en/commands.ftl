# Commands

quota = <b>Your quota today</b>
    { $bar }
    { NUMBER($used, maximumFractionDigits: 1) } s used · { NUMBER($held, maximumFractionDigits: 1) } s reserved · <b>{ NUMBER($left, maximumFractionDigits: 1) } s left</b> of { NUMBER($limit, maximumFractionDigits: 1) } s
    It resets { $when }.
quota-budget = <b>Your quota today</b>
    { $bar }
    { NUMBER($used, maximumFractionDigits: 1) } s used · { NUMBER($held, maximumFractionDigits: 1) } s reserved · <b>{ NUMBER($left, maximumFractionDigits: 1) } s left</b> of { NUMBER($limit, maximumFractionDigits: 1) } s
    This bot's budget for everybody has less left than your quota. It resets { $when }.
when-today = today at { $time }
when-tomorrow = tomorrow at { $time } ({ $zone })
when-date = on { $date }

ago-minutes = { NUMBER($count) } min
ago-hours = { NUMBER($count) } h
ago-days = { NUMBER($count) } days

last-none = You have no video here yet. Send me a photo and a voice message.
last-gone = Neither Telegram nor I still have your last video. Send me a photo and a voice message for a new one.
status-nothing = Nothing is being made. Send me a photo and a voice message.
status-photo = I have your photo, your voice is missing. Send me a <b>voice message</b>.
status-voice = I have your voice, a photo is missing. Send me a <b>photo</b> of one person.
status-asked = I have your photo and your voice. I am still looking at them, or one of them has a question for you: see their messages.
status-jobs = { $count ->
    [one] One video is on its way:
   *[other] { NUMBER($count) } videos are on their way:
 }
cancel-nothing = There is nothing to cancel.
cancel-draft = Discarded: the photo and voice you sent are not used. Nothing was charged.
cancel-done = { $count ->
    [one] One video cancelled. Nothing was charged.
   *[other] { NUMBER($count) } videos cancelled. Nothing was charged.
 }
cancel-trying = I am trying to cancel what is being made already; its message tells you how that goes.

resume-trying = I try again now, with the next video that waits or comes. You will hear how it went.
resume-nothing = Nothing is stopped: as far as I know, the video service works.

quota-free = Free quota of the provider, { $name }: { NUMBER($used, maximumFractionDigits: 1) } of { NUMBER($limit, maximumFractionDigits: 0) } s used
quota-free-checks = Free quota of the provider, photo checks: { $used } of { $limit } used
