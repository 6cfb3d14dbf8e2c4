# 机器人说的话，简体中文。文本是 HTML；名字进来时已转义。

## 开始

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
    • <b>声音</b>：语音、音频文件或圆形视频，半秒到 { NUMBER($longest, maximumFractionDigits: 1) } 秒的清楚人声。
    • <b>同一张脸，换段声音</b>：直接再发一段语音。
    • <b>同一段声音，换张脸</b>：再发一张照片，然后点按钮。

    /last – 再发一次上一个视频
    /quota – 今天还剩多少
    /status – 正在做什么
    /cancel – 取消还在等的
    失败的视频，以及排队时取消的视频，都不计费。
command-start = 开始
command-help = 怎么用
command-last = 再发一次上一个视频
command-quota = 今天还剩多少
command-status = 正在做什么
command-cancel = 取消还在等的

hint-text = 发给我一张人的<b>照片</b>和一段<b>语音</b>，我让照片开口说话。
hint-text-photo-kept = 照片收到了。现在发一段<b>语音</b>：按住麦克风说话。
hint-text-sound-kept = 声音收到了。现在发一张<b>单人照片</b>。
hint-other = 我能用的是照片和语音。请发一张<b>单人照片</b>和一段<b>语音</b>。
hint-file = 这个文件既不是图片也不是声音。请发一张<b>单人照片</b>和一段<b>语音</b>。
command-unknown = 我不认识这个命令。/help 里有我会做的事。
album-first = 一个视频用一张照片：我用相册里的第一张。想用别的，请单独再发一次。

## 照片

photo-looking = 正在看你的照片……
photo-ready = 照片很好。现在发一段不超过 { NUMBER($longest, maximumFractionDigits: 1) } 秒的<b>语音</b>。
photo-ready-enlarged = 照片可以用，但有点小：我把它放大了，大一些的会更清楚。现在发一段<b>语音</b>。
photo-ready-again = 照片很好。发一段新<b>语音</b>，或者再用上一段。
photo-ready-sound-coming = 照片很好。接下来是你的声音。
photo-used = 照片很好，用在你的视频里了。
photo-ready-sound-asked = 照片很好。你的声音在等你回答：看它的消息。
photo-dropped = 忘掉了：这张照片不会用。
photo-superseded = 你发了更新的照片，我用那一张。
photo-empty = 这张图片是空的。请再发一次。
photo-too_big = 这张图片超过 20 MB。请作为照片而不是文件发送，或者发小一点的。
photo-not_a_picture = 这个文件打不开，不像是图片。请发 JPEG、PNG、WebP 或 BMP，或者直接发照片。
photo-too_small = 这张图片太小（{ $width }×{ $height }）。每边至少要 200 像素，400 以上才好看。
photo-too_narrow = 这张图片太窄长了。请裁到人物附近，长边不超过短边的三倍。
photo-too_many_pixels = 这张图片的像素太多，我打不开。请作为照片而不是文件发送。
photo-heic_not_installed = 我打不开 HEIC 图片。请作为照片而不是文件发送，手机会自动转换。
photo-gone = Telegram 已经没有这张图片了。请再发一次。
photo-ask-no-face = 我在照片里找不到脸。请发一张脸部完整的照片；如果是我看错了，也可以照样检查。
photo-ask-several = 我在照片里看到 { NUMBER($faces) } 个人。请发单人照片，或者裁剪一下；如果是我看错了，也可以照样检查。
photo-no-human = 照片里没有找到人。请发一张单人照片。
photo-several-people = 照片里不止一个人。请发单人照片，或者裁剪一下。
photo-not-one-person = 照片里要正好有一个人：这里没有人，或者有好几个。请换一张，或者裁剪一下。
photo-no-face = 照片里没有找到脸。请发一张脸部完整的照片。
photo-proportion = 照片里的人太小或太大。请发一张从头到腰的照片，或者裁剪一下。
photo-face-pose = 脸转得太多了。请发一张面向镜头、脸部完整的照片。
photo-full-face = 脸没有完整露出来。请不要让手、头发或边缘挡住脸。
photo-front = 人没有面向镜头。请发一张正面的照片。
photo-whole-body = 身体被截断了，或者姿势不合适。请发一张上半身完整的正面照片。
photo-unclear = 照片不够清楚。请发一张更清晰、更亮的。
photo-resolution = 照片的尺寸不合适：每边要在 400 到 7000 像素之间。请换一张。
photo-size = 图片文件对视频服务来说太大了。请作为照片而不是文件发送。
photo-format = 视频服务读不了这张图片。请发 JPEG 或 PNG。
photo-unsuitable = 这张照片不适合说话。请发一张正面的、脸部完整的单人照片。
photo-moderated = 视频服务的内容规则不接受这张照片。请换一张。没有计费。
photo-checks-used-up = 一天之内我能替你检查的照片已经用完了。{ $when }可以继续。
photo-service-stopped = 视频服务暂时不可用，这张照片没能检查。没有计费，管理员已经知道。请稍后再试。
photo-late = 这张照片是你 { $ago }前发的，当时我不在线。要接着用它吗？也可以直接发你现在想用的。
photo-late-video = 这是你 { $ago }前发的，当时我不在线。要我做这个视频吗？
photo-stale = 照片很好。你上一段声音是 { $ago }前的：要用它做视频吗？也可以发一段新<b>语音</b>。
photo-unreachable = 连不上视频服务，这张照片没能检查。没有计费。请过几分钟再试。
photo-budget = 机器人眼下的预算用完了，这张照片没能检查。没有计费。{ $when }恢复。

## 声音

sound-listening = 正在听你的声音……
sound-ready = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。现在发一张<b>单人照片</b>。
sound-ready-noisy = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，有些杂音，安静一点的地方效果更好。现在发一张<b>单人照片</b>。
sound-ready-photo-coming = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。照片还在看。
sound-used = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，用在你的视频里了。
sound-dropped = 忘掉了：这段声音不会用。
sound-superseded = 你发了更新的声音，我用那一段。
sound-empty = 这段声音是空的。请重新录一次。
sound-too_big = 这个文件超过 20 MB。请发短一些的，或者发语音。
sound-unreadable = 这个文件放不出来。请发语音，或者 MP3、M4A、WAV、OGG 文件。
sound-silent = 我什么也没听到。请离麦克风近一点，重新录一次。
sound-too_short = 太短了：至少要半秒人声。请重新录一次。
sound-too_long = 这里有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，而一个视频最多 { NUMBER($longest, maximumFractionDigits: 1) } 秒。请发短一些的，或者让我用开头。
sound-gone = Telegram 已经没有这段声音了。请再发一次。
sound-quota = 这需要 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。{ $when }会有新的额度。没有计费。
sound-quota-shorten = 这需要 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。让我用开头，或者等等：{ $when }会有新的额度。没有计费。
sound-waiting = 你已经有 { NUMBER($waiting) } 个视频在等。做完一个再试。没有计费。
sound-budget = 机器人眼下的预算用完了。{ $when }恢复，到时再试。没有计费。
sound-service-stopped = 视频服务暂时不可用。没有计费，管理员已经知道。请稍后再试。
sound-late = 这是你 { $ago }前发的，当时我不在线。要接着用它吗？也可以直接发你现在想用的。
sound-late-video = 这是你 { $ago }前发的，当时我不在线。要我做这个视频吗？
sound-stale = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。你上一张照片是 { $ago }前的：要用它做视频吗？也可以发一张新<b>照片</b>。
sound-unreachable = 连不上视频服务。没有计费。请过几分钟再试。
sound-moderated = 视频服务的内容规则不接受这段录音。请换一段。没有计费。

## 任务

job-preparing = 正在准备你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频……
job-next = 下一个就是你的视频。{ $estimate }
job-waiting = 你的视频在排队：<b>第 { NUMBER($place) } 位</b>。{ $estimate }
job-held-back = 你的视频在等：视频服务暂时不可用，管理员已经知道。没有计费。恢复后会自动继续。
job-submitting = 正在交出你的照片和声音……
job-rendering = 正在做你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频
    { $bar } { $estimate }
job-stopping = 正在设法停下你的视频……
job-unstoppable = 正在做你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频
    { $bar } { $estimate }
    已经开始做，停不下来了：它会发来，也会计入用量。
job-fetching = 视频做好了，正在取回……
job-delivering = 视频做好了，正在发送……
job-done = 你的视频做好了。
job-cancelled = 已取消。没有计费。

estimate-seconds = 大约还要 { NUMBER($low) }–{ NUMBER($high) } 秒。
estimate-minutes = 大约还要 { NUMBER($low) }–{ NUMBER($high) } 分钟。
estimate-unknown = 通常要 5 到 10 分钟，忙的时候更久。
estimate-soon = 马上就好。
estimate-late = 比平时久，我会一直看着。

video-caption = AI 生成的视频。
    用了 { NUMBER($seconds, maximumFractionDigits: 1) } 秒 · 今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒
video-caption-preview = AI 生成的预览。
    用了 { NUMBER($seconds, maximumFractionDigits: 1) } 秒 · 今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒

video-last = AI 生成的视频。
    再发一次你的上一个视频，不计费。
video-last-preview = AI 生成的预览。
    再发一次你的上一个视频，不计费。
video-smaller = 已压缩：原视频超过了 Telegram 的大小限制。
video-as-file = 以文件形式发送：Telegram 不接受它作为视频。

failed-refused = 视频服务用不了这张照片或这段声音：{ $reason }没有计费。
failed-service = 视频服务没能做出这个视频。没有计费。可以再试一次，什么都不用重发。
failed-moderated = 视频服务的内容规则不接受这张照片或这段声音。没有计费。请换一个。
failed-sound-too-long = 视频服务认为声音太长。没有计费。请发短一些的。
failed-stopped = 视频服务暂时不可用。没有计费，管理员已经知道。稍后可以再试，什么都不用重发。
failed-waited = 视频服务一整天都不可用，所以不再等了。没有计费。稍后可以再试，什么都不用重发。
failed-timeout = 视频服务用时太久，放弃了。没有计费。可以再试一次，什么都不用重发。
failed-lost = 视频服务弄丢了这个视频。没有向你计费，管理员已经知道。可以再试一次，什么都不用重发。
failed-invalid = 我们这边出了问题。没有计费，管理员已经知道（编号 { $job }）。
failed-gone = Telegram 已经没有你的照片或声音了。没有计费。请都再发一次。
failed-restored = 机器人退回到了较早的状态，无法确定你的视频是否做过。没有向你计费。不用重新发送，就可以再试一次。
failed-too-big = 视频对 Telegram 来说太大了。没有计费，管理员已经知道。

## 按钮

button-cancel = 取消
button-retry = 再试一次
button-check = 照样检查
button-beginning = 用前 { NUMBER($seconds, maximumFractionDigits: 1) } 秒
button-go-on = 好，继续
button-same-voice = 再用同一段声音

answer-not-yours = 这个按钮是别人的。
answer-too-late = 这件事已经结束了。
answer-cancelled = 已取消。没有计费。
answer-stopping = 我试着停下来。
answer-started = 开始了。
answer-no-quota = 你的额度不够做这个视频。/quota 会告诉你什么时候有新的。
answer-no-budget = 机器人眼下的预算用完了。请稍后再试。
answer-kept-waiting = 你有太多视频在等：做完一个再试。

## 命令

quota = <b>你今天的额度</b>
    { $bar }
    用了 { NUMBER($used, maximumFractionDigits: 1) } 秒 · 预留 { NUMBER($held, maximumFractionDigits: 1) } 秒 · <b>还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒</b>，共 { NUMBER($limit, maximumFractionDigits: 1) } 秒
    { $when }重新开始。
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
status-sound = 声音有了，还缺照片。请发一张<b>单人照片</b>。
status-asked = 照片和声音都有了。我还在看，或者其中一个在等你回答：看它们的消息。
status-jobs = 有 { NUMBER($count) } 个视频在路上：
cancel-nothing = 没有可以取消的。
cancel-draft = 忘掉了：你发的照片和声音不会用。没有计费。
cancel-done = 取消了 { NUMBER($count) } 个视频。没有计费。
cancel-trying = 已经在做的我会试着停下来，结果看它的消息。

resume-trying = 现在就再试，用下一个在等的或新来的视频。结果会告诉你。
resume-nothing = 没有什么停着：据我所知，视频服务是正常的。

## 对管理员

operator-service-stopped = <b>视频服务拒绝工作</b>（{ $cause }）：{ $detail }
    在等的视频会留在队列里，不计费。我会自己再试，间隔越来越长；/resume 可以马上再试。
operator-service-works = <b>视频服务恢复了</b>（{ $cause }）。在等的会继续。
operator-request-invalid = <b>视频服务说我们的请求有误</b>：{ $detail }（任务 { $job }）
operator-lost = <b>一个已付费的视频可能丢了</b>：任务 { $job }，服务端任务 { $task }：{ $detail }
operator-ambiguous = <b>有不止一个服务端任务可能属于任务 { $job }</b>：{ $detail }。弄清之前不会再提交。
operator-foreign = <b>有一个服务端任务不是我们的</b>：应答丢失后，任务 { $job } 把服务端任务 { $task } 当成了自己的：{ $detail }。视频没有发出，也没有计费；可以再试。
operator-parked = <b>有一个更新处理不了</b>：{ $detail }
operator-unsettled = <b>账单和预留不一致</b>：任务 { $job }：{ $detail }
operator-database-unusable = <b>机器人停了：什么都记录不下来</b>，所以什么都不付费。{ $detail }
operator-database-locked = <b>机器人在等：别的程序一直锁着数据库</b>：{ $detail }。那个程序结束后会自动继续。
operator-disk = <b>视频存不到磁盘上</b>：{ $detail }。请腾出空间；会再试。
operator-restoring = <b>数据库已恢复，但还问不到视频服务</b>：{ $detail }。问到之前什么都不提交。
operator-restored = <b>数据库已恢复</b>；内容到 { $at } 为止。
    它不认识的服务端任务：{ $tasks }。24 小时内可以用 <code>talking-photo make --task ID</code> 取回视频。
    因为这些任务可能属于它们而免费结束的任务：{ $jobs }。
operator-budget = <b>机器人的预算用完了</b>；已请大家等待。
