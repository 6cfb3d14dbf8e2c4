# 语音

voice-listening = 正在听你的声音……
voice-ready = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。现在发一张<b>单人照片</b>。
voice-ready-noisy = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，有些杂音，安静一点的地方效果更好。现在发一张<b>单人照片</b>。
voice-ready-photo-coming = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。照片还在看。
voice-used = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，用在你的视频里了。
voice-dropped = 已丢弃：这段声音不会用。
voice-superseded = 你发了更新的声音，我用那一段。
voice-empty = 这段声音是空的。请重新录一次。
voice-too_big = 这个文件超过 20 MB。请发短一些的，或者发语音。
voice-unreadable = 这个文件无法播放。请发语音、MP3、M4A、WAV、OGG 文件，或者有声音的视频。
voice-no_sound = 这里面没有声音。请发语音、声音文件，或者有声音的视频。
voice-silent = 我什么也没听到。请离麦克风近一点，重新录一次。
voice-too_short = 太短了：至少要半秒人声。请重新录一次。
voice-too_long = 这里有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒人声，而一个视频最多 { NUMBER($longest, maximumFractionDigits: 1) } 秒。请发短一些的，或者让我用开头。
voice-gone = Telegram 已经没有这段声音了。请再发一次。
voice-quota = 这需要 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。{ $when }会有新的额度。未扣额度。
voice-quota-shorten = 这需要 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。让我用开头，或者等等：{ $when }会有新的额度。未扣额度。
voice-waiting = 你已经有 { NUMBER($waiting) } 个视频在等。做完一个再试。未扣额度。
voice-budget = 机器人眼下的预算用完了。{ $when }恢复，到时再试。未扣额度。
voice-service-stopped = 视频服务暂时不可用。未扣额度。{ $operator_knows }请稍后再试。
voice-out-of-order = 现在打不开声音文件。未扣额度。{ $operator_knows }请稍后再试。
voice-late = 这是你 { $ago }前发的，当时我不在线。要接着用它吗？也可以直接发你现在想用的。
voice-late-video = 这是你 { $ago }前发的，当时我不在线。要我做这个视频吗？
voice-stale = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。你上一张照片是 { $ago }前的：要用它做视频吗？也可以发一张新<b>照片</b>。
voice-unreachable = 连不上视频服务。未扣额度。请过几分钟再试。
voice-moderated = 视频服务的内容规则不接受这段录音。请换一段。未扣额度。
