# 命令

quota = <b>你今天的额度</b>
    { $bar }
    用了 { NUMBER($used, maximumFractionDigits: 1) } 秒 · 预留 { NUMBER($held, maximumFractionDigits: 1) } 秒 · <b>还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒</b>，共 { NUMBER($limit, maximumFractionDigits: 1) } 秒
    { $when }重置。
quota-budget = <b>你今天的额度</b>
    { $bar }
    用了 { NUMBER($used, maximumFractionDigits: 1) } 秒 · 预留 { NUMBER($held, maximumFractionDigits: 1) } 秒 · <b>还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒</b>，共 { NUMBER($limit, maximumFractionDigits: 1) } 秒
    机器人给所有人的预算剩得比你的额度少。预算{ $when }重置。
when-today = 今天 { $time }
when-tomorrow = 明天 { $time }（{ $zone }）
when-date = { $date }

ago-minutes = { NUMBER($count) } 分钟
ago-hours = { NUMBER($count) } 小时
ago-days = { NUMBER($count) } 天

last-none = 你在这里还没有视频。请发一张照片和一段语音。
last-gone = Telegram 和我都没有留下你的上一个视频。想做新的，请发一张照片和一段语音。
status-nothing = 现在没有在做的。发一张照片和一段语音吧。
status-photo = 照片有了，还缺声音。请发一段<b>语音</b>。
status-voice = 声音有了，还缺照片。请发一张<b>单人照片</b>。
status-asked = 照片和声音都有了。我还在看，或者其中一个在等你回答：看它们的消息。
status-jobs = { NUMBER($count) } 个视频制作中：
cancel-nothing = 没有可以取消的。
cancel-draft = 已丢弃：你发的照片和声音不会用。未扣额度。
cancel-done = 取消了 { NUMBER($count) } 个视频。未扣额度。
cancel-trying = 正在尝试取消已经在做的，结果看它的消息。

resume-trying = 现在就再试，用下一个在等的或新来的视频。结果会告诉你。
resume-nothing = 没有什么停着：据我所知，视频服务是正常的。

quota-free = 服务商的免费额度，{ $name }：已用 { NUMBER($used, maximumFractionDigits: 1) } / { NUMBER($limit, maximumFractionDigits: 0) } 秒
quota-free-checks = 服务商的免费额度，照片检查：已用 { $used } / { $limit } 次
