# 按钮

button-cancel = 取消
button-retry = 再试一次
button-check = 仍然使用
button-beginning = 用前 { NUMBER($seconds, maximumFractionDigits: 1) } 秒
button-go-on = 好，继续
button-same-voice = 再用同一段声音
button-costing = { $label } · { NUMBER($seconds, maximumFractionDigits: 1) } 秒

answer-not-yours = 这个按钮是别人的。
answer-too-late = 按钮已失效。
answer-cancelled = 已取消。未扣额度。
answer-stopping = 正在尝试取消……
answer-started = 已开始。
answer-no-quota = 你的额度不够做这个视频。/quota 会告诉你什么时候有新的。
answer-no-budget = 机器人眼下的预算用完了。请稍后再试。
answer-kept-waiting = 你有太多视频在等：做完一个再试。
answer-no-checks = 今天能为你检查的照片已经用完了。请明天再试。
