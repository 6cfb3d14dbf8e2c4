# 再来一次，换个形式，以及所有的视频

button-finer = 用 720P 再做一次
button-as-note = 变成视频消息
button-as-video = 变成普通视频
button-not-now = 先不做
button-newer = 更新的
button-older = 更早的

answer-dropped = 好的：这段声音不用。
answer-asked = 请看下面的问题。
answer-coming = 马上发来。

voice-confirm = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒的声音。这个视频要用 { NUMBER($needed, maximumFractionDigits: 1) } 秒额度，你今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。要继续吗？
finer-confirm = 用 720P 做这个视频要用 { NUMBER($needed, maximumFractionDigits: 1) } 秒额度，你今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。要继续吗？
retry-confirm = 再做一次这个视频要用 { NUMBER($needed, maximumFractionDigits: 1) } 秒，你今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。继续吗？
job-quiet = 你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频正在制作。做好之前不打扰你。

video-again = { $label }
    再发一次你以前的一个视频，免费。
again-gone = Telegram 和我都没有留下这个视频。想做新的，请发一张照片和一段语音。
again-not-round = Telegram 不让我把它作为视频消息发送。可能是你的隐私设置不允许我发视频消息。
again-later = Telegram 现在收不下。请过一会儿再试。

command-history = 我们私聊里的视频
history-none = 你在这里还没有视频。请发一张照片和一段语音。
history-private = 你的视频只给你自己看：请在我们的私聊里打开。
history-title = <b>这个聊天里的视频</b>，第 { NUMBER($page) } 页，共 { NUMBER($pages) } 页。按数字就能再拿到一个，免费。
history-line = <b>{ NUMBER($number) }</b>  { $when } · { NUMBER($seconds, maximumFractionDigits: 1) } 秒 · { $resolution }
history-line-gone = <b>{ NUMBER($number) }</b>  { $when } · { NUMBER($seconds, maximumFractionDigits: 1) } 秒 · 已经没有了
