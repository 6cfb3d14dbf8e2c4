# 开始

start =
    你好！我能让照片开口说话。

    1. 发一张<b>单人照片</b>：脸部或半身，面向镜头。
    2. 发一段不超过 { NUMBER($longest, maximumFractionDigits: 1) } 秒的<b>语音</b>。

    照片里的人说话的视频会回到这个聊天里。先发哪个都可以。
    今天你还有 <b>{ NUMBER($left, maximumFractionDigits: 1) } 秒</b>视频。
help =
    <b>怎么用</b>
    发一张单人照片和一段语音，先后不限。视频会作为对语音的回复发给你。

    • <b>照片</b>：只有一个人，脸部完整、清晰；可作为图片或文件发送（JPEG、PNG、WebP、BMP）。
    • <b>声音</b>：语音、音频文件或视频消息，半秒到 { NUMBER($longest, maximumFractionDigits: 1) } 秒的清楚人声。更长的我会先问你：用其中一段，还是全部。
    • <b>同一张脸，换段声音</b>：直接再发一段语音。
    • <b>同一段声音，换张脸</b>：再发一张照片，然后点按钮。
    • <b>在群里</b>：用 /talk 回复一张照片，再用语音回复我。/notme 让别人不能在那里用你的照片和声音。

    /last – 再发一次上一个视频
    /history – 你所有的视频，可以免费再拿
    /quota – 今天还剩多少
    /queue – 谁在等视频
    /status – 查看进度
    /cancel – 取消排队
    /settings – 分辨率、视频消息、语言等等
    /privacy – 我们保存什么、在哪里、多久
    /terms – 使用条款
    /forget – 取得或删除你的数据
    /report – 举报视频
    失败的视频，以及排队时取消的视频，都不扣额度。
command-start = 开始
command-help = 怎么用
command-last = 再发一次上一个视频
command-quota = 今天还剩多少
command-status = 查看进度
command-cancel = 取消排队

hint-text = 发给我一张人的<b>照片</b>和一段<b>语音</b>，我让照片开口说话。
hint-text-photo-kept = 照片收到了。现在发一段<b>语音</b>：按住麦克风说话。
hint-text-voice-kept = 声音收到了。现在发一张<b>单人照片</b>。
hint-other = 我能用的是照片、语音、声音文件和有声音的视频。请发一张<b>单人照片</b>和一段<b>语音</b>。
hint-file = 这个文件不是我认识的图片或声音。请发一张<b>单人照片</b>（JPG、PNG）和一段<b>语音</b>（MP3、M4A、WAV、OGG 或有声音的视频也行）。
command-unknown = 我不认识这个命令。/help 里有我会做的事。
album-first = 一个视频用一张照片：我用相册里的第一张。想用别的，请单独再发一次。
