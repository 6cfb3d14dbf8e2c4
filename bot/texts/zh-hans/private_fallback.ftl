# 群里发不了的视频；安静的任务；已关闭的话题

private-fallback-here = 这是你在群“{ $group }”里的视频：我无法在那里发送，所以发到这里。
private-fallback-taken = 你的视频做好了。我无法在这里发送，所以发到了你与我的私聊里。
private-fallback-waits = 你的视频做好了，但我无法在这里发送，而你还没有和我开始私聊。按下按钮，再按“开始”，视频马上就到。
button-private-chat = 打开私聊

voice-too-long-here = 这段语音有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，而本群的视频最长 { NUMBER($limit, maximumFractionDigits: 1) } 秒。请发短一些的，或者让我只用开头。
answer-too-long-here = 按管理员的设置，本群的视频最长 { NUMBER($limit, maximumFractionDigits: 1) } 秒。请发短一些的语音。
topic-closed = 给 { $name }，因话题已关闭而发在这里：
