# 没有生成视频的任务

failed-refused = 视频服务用不了这张照片或这段声音：{ $reason }{ $charged }
failed-service = 视频服务没能做出这个视频。{ $charged }可以再试一次，什么都不用重发。
failed-here = 这个视频没能做出来：我的机器内存或空间不够。{ $charged }{ $operator_knows }稍后可以再试，什么都不用重发。
failed-moderated = 视频服务的内容规则不接受这张照片或这段声音。{ $charged }请换一个。
failed-voice-too-long = 视频服务认为声音太长。{ $charged }请发短一些的。
failed-stopped = 视频服务暂时不可用。{ $charged }{ $operator_knows }稍后可以再试，什么都不用重发。
failed-waited = 视频服务一整天都不可用，所以不再等了。{ $charged }稍后可以再试，什么都不用重发。
failed-timeout = 视频服务用时太久，放弃了。{ $charged }可以再试一次，什么都不用重发。
failed-lost = 视频服务弄丢了这个视频。{ $charged }{ $operator_knows }可以再试一次，什么都不用重发。
failed-released = 视频服务一直没说这个视频怎么样了，所以运营者结束了它。{ $charged }可以再试一次，什么都不用重发。
failed-invalid = 我们这边出了问题（编号 { $job }）。{ $charged }{ $operator_knows }
failed-gone = Telegram 已经没有你的照片或声音了。{ $charged }请都再发一次。
failed-restored = 机器人退回到了较早的状态，无法确定你的视频是否做过。{ $charged }不用重新发送，就可以再试一次。
failed-too-big = 视频对 Telegram 来说太大了。{ $charged }{ $operator_knows }

charged-nothing = 未扣额度。
charged-all-the-same = 那时已经做出的部分计入额度：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒。

operator-knows = 运营者已收到通知。
