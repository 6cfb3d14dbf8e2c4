# 任务

job-preparing = 正在准备你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频……
job-next = 下一个就是你的视频。{ $estimate }
job-waiting = 你的视频在排队：<b>第 { NUMBER($place) } 位</b>。{ $estimate }
job-held-back = 你的视频在等：视频服务暂时不可用。未扣额度。{ $operator_knows }恢复后会自动继续。
job-submitting = 正在上传……
job-rendering = 正在做你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频
    { $bar } { $estimate }
job-stopping = 正在尝试取消……
job-unstoppable = 正在做你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频
    { $bar } { $estimate }
    已经不能取消了：它会发来，也会计入额度。
job-fetching = 视频做好了，正在取回……
job-delivering = 视频做好了，正在发送……
job-done = 你的视频做好了。
job-cancelled = 已取消。{ $charged }

estimate-seconds = 大约还要 { NUMBER($low) }–{ NUMBER($high) } 秒。
estimate-minutes = 大约还要 { NUMBER($low) }–{ NUMBER($high) } 分钟。
estimate-unknown = 通常要 5 到 10 分钟，忙的时候更久。
estimate-soon = 马上就好。
estimate-late = 比平时久，我会一直看着。

video-caption = { $label }
    用了 { NUMBER($seconds, maximumFractionDigits: 1) } 秒 · 今天还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒

video-last = { $label }
    再发一次你的上一个视频，免费。
video-smaller = 已压缩：原视频超过了 Telegram 的大小限制。
video-as-file = 以文件形式发送：Telegram 不接受它作为视频。
