# Privacy, terms, and everything that is kept of a person

command-privacy = What is stored, where, how long
command-terms = The terms
command-forget = Your data: get it, delete it

privacy-kept =
    <b>What we store about you</b>
    • Your Telegram user ID (<code>{ $user }</code>), name, username and language, what you chose in the settings, and when you agreed to what.
    • Which photos and voices you sent: Telegram's references to them, not the files.
    • Which videos were made, when, how long they are and what they took from your quota.
    • What you write to the bot, for 3 days, so that nothing is lost in a crash.
privacy-service =
    <b>Where photos and voices go</b>
    After you agreed: to { $service }, which makes the video. It keeps what I send for 48 hours and the video for 24 hours.
privacy-here =
    <b>Where photos and voices go</b>
    Nowhere: the video is made on the machine this bot runs on, after you agreed. What it is made of stays there for 48 hours.
privacy-video =
    { $hours ->
        [0] The finished video is deleted here as soon as it is delivered.
       *[other] The finished video stays on this bot's machine for { NUMBER($hours, maximumFractionDigits: 1) } hours.
     } The chat is Telegram's: it keeps it until you delete it.
privacy-seen =
    <b>Who sees it</b>
    Telegram, and the operator of this bot, who looks into trouble and reports. In a group, its members see what is sent there. Nothing is sold or used for advertising.
privacy-rights =
    <b>Your rights</b>
    /forget shows what we store about you, gives you a copy and deletes it. Billing records stay, without you in them. Copies that guard against a broken disk are replaced after a while.
contact-operator = Questions: { $contact }
contact-by-report = Questions about a video: reply to it with /report, and the operator sees it.

terms-text =
    <b>The terms</b>
    • Send only photos and voices that are yours, or whose owners gave permission. You are responsible for what you send.
    • No video may deceive, expose, harass or pretend to be somebody. Nothing that the law forbids.
    • You are 18 or older.
    • Every video is made by AI and says so, under it and inside its file. Leave that label where it is, and tell those you show it to.
    • A video that breaks these terms can be taken down, and who made it can be banned. Reply to a video with /report to tell the operator.
    • A video that fails is free. There is no promise that this bot is always there.

privacy-private = What we store, where and how long is in our private chat.
terms-private = The terms are in our private chat.
forget-private = What we store about you is for you alone: open it in our private chat.
