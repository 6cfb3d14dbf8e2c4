# 对视频的举报

command-report = 举报视频

report-ask = 这个视频有什么问题？运营者会查看；这里没有人看得到你选了什么。
report-reason-face = 未经允许用了我的脸或声音
report-reason-offensive = 内容令人反感
report-reason-other = 其他问题
report-which = 请用 /report 回复那个视频。
report-known = 这个视频你已经举报过了。谢谢。
report-thanks = 谢谢。运营者会查看。
video-taken-down = 有一个视频因举报被撤下了。
video-stays-taken-down = 这个视频因举报被撤下了。Telegram 已经不允许我删除它：请你删掉，或者请群管理员删掉。
failed-withdrawn = 运营者决定不展示这个视频。{ $charged }
you-are-banned = 你不能再使用这个机器人了。/privacy 和 /forget 仍然可用。

answer-reported = 谢谢。会有人查看。
answer-report-too-many = 你今天已经举报了好几个视频。请等到明天。
answer-you-are-banned = 你不能再使用这个机器人了。

report-video = { $label }
report-received =
    <b>有人举报了它</b>：{ $reason }
    任务 { $job }，聊天 { $chat }
    制作者：{ $maker }
    举报者：{ $reporter }
report-taken-down = <b>已撤下</b>：{ $admin }
report-banned = <b>已封禁用户</b>：{ $admin }
report-unbanned = <b>已解除封禁</b>：{ $admin }
report-dismissed = <b>已忽略</b>：{ $admin }
button-take-down = 撤下
button-ban = 封禁用户
button-unban = 解除封禁
button-nothing = 忽略

answer-decided-before = 没有什么要做的了：消息里写着已经做了什么。
answer-taken-down = 正在撤下。如果没法从聊天里删掉，我会告诉你。
answer-cannot-ban = 不能封禁此用户：是运营者，或者已经不认识了。
answer-banned = 已封禁。在等的都取消了。
answer-unbanned = 此人又可以使用机器人了。
answer-dismissed = 已忽略：不处理。
