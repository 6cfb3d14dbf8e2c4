# 个人设置

command-settings = 视频怎么做，怎么发
settings-title = <b>你的设置</b>
    按一个按钮就能改，对以后的每个视频都有效。
settings-line = { $name }：<b>{ $value }</b>
settings-saved = 已保存。
settings-private = 设置只给你自己看：请在我们的私聊里打开。
button-back = 返回
choice-now = { $choice }（当前）

setting-resolution = 分辨率
setting-resolution-ask = <b>视频用哪种分辨率？</b>
    一般用 480P。720P 更清晰，做得更久，用掉的额度是 { NUMBER($ratio, maximumFractionDigits: 1) } 倍。
setting-resolution-ask-same = <b>视频用哪种分辨率？</b>
    一般用 480P。720P 更清晰，做得更久；两种用掉的额度一样。
resolution-small = 480P
resolution-large = 720P

setting-reply = 发送形式
setting-reply-ask = <b>视频用什么形式发给你？</b>
    普通视频，跟照片一个形状；或者视频消息：圆形，脸在中间。视频消息不能带文字，所以画面里有一个小小的“AI”。
reply-video = 普通视频
reply-note = 视频消息

setting-levelling = 音量均衡
setting-levelling-ask = <b>要不要均衡音量？</b>
    大多数语音均衡后更好。唱歌或者已经做好的录音可以关掉：那样我只保证不破音。对以后发来的声音有效。
levelling-on = 开
levelling-off = 关

setting-confirm = 生成前确认
setting-confirm-ask = <b>做会用掉很多额度的视频之前，要不要先问你？</b>
confirm-never = 关
confirm-above-ten = 超过 10 秒额度
confirm-above-twenty = 超过 20 秒额度
confirm-always = 每个视频

setting-language = 语言
setting-language-ask = <b>我用哪种语言？</b>
language-automatic = 与 Telegram 相同
language-english = English
language-chinese = 中文

setting-progress = 进度
setting-progress-ask = <b>做视频的时候要不要一直告诉你进度？</b>
    安静的意思是：收下时发一条消息，然后就是视频。出了问题总会告诉你。
progress-shown = 显示
progress-quiet = 安静
