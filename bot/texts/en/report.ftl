# Reports of videos

command-report = Report a video

report-ask = What is wrong with this video? The operator will look at it; nobody here sees what you choose.
report-reason-face = My face or voice, without permission
report-reason-offensive = It is offensive
report-reason-other = Something else
report-which = Please reply to the video with /report.
report-known = You reported this video already. Thank you.
report-thanks = Thank you. The operator will look at it.
video-taken-down = A video was taken down after a report.
video-stays-taken-down = This video was reported and taken down. Telegram does not let me delete it any more: please do, or ask an admin of the group.
failed-withdrawn = The operator decided not to show this video. { $charged }
you-are-banned = You cannot use this bot any more. /privacy and /forget still work.

answer-reported = Thank you. It will be looked at.
answer-report-too-many = You reported several videos today. Please wait until tomorrow.
answer-you-are-banned = You cannot use this bot any more.

report-video = { $label }
report-received =
    <b>It was reported</b>: { $reason }
    Job { $job }, chat { $chat }
    Made by: { $maker }
    Reported by: { $reporter }
report-taken-down = <b>Taken down</b> by { $admin }
report-banned = <b>The person was banned</b> by { $admin }
report-unbanned = <b>The person was unbanned</b> by { $admin }
report-dismissed = <b>Dismissed</b> by { $admin }
button-take-down = Take it down
button-ban = Ban the person
button-unban = Unban
button-nothing = Dismiss

answer-decided-before = Nothing is left to do: the message shows what was done.
answer-taken-down = I take it down. If I cannot delete it from its chat, I tell you.
answer-cannot-ban = This person cannot be banned: an administrator, or not known any more.
answer-banned = Banned. What waited for them is cancelled.
answer-unbanned = They can use the bot again.
answer-dismissed = Dismissed: nothing is done.
