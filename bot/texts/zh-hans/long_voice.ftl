# A voice that is too long for one video

voice-long = 这段语音有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，而一个视频最长 { NUMBER($longest, maximumFractionDigits: 1) } 秒。你想怎么做？

    • 只用前 { NUMBER($longest, maximumFractionDigits: 1) } 秒
    • 自己挑一段：我发几段给你试听
    • <b>全部都用</b>，分 { NUMBER($parts) } 段制作，再合成一个视频：会用掉 { NUMBER($needed, maximumFractionDigits: 1) } 秒额度，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒
voice-long-silent-parts = 其中 { NUMBER($silent) } 段里我没听到有人说话。
voice-long-quota = 这段语音有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，而一个视频最长 { NUMBER($longest, maximumFractionDigits: 1) } 秒。全部都用要分 { NUMBER($parts) } 段，需要 { NUMBER($needed, maximumFractionDigits: 1) } 秒额度，而你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。可以只用开头，或者自己挑一段：我发几段给你试听。
voice-long-budget = 这段语音有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，而一个视频最长 { NUMBER($longest, maximumFractionDigits: 1) } 秒。全部都用超出了本机器人目前的预算。可以只用开头，或者自己挑一段：我发几段给你试听。
voice-long-here = 这段语音有 { NUMBER($seconds, maximumFractionDigits: 1) } 秒，超出了本群允许的视频长度。可以只用开头，或者自己挑一段：我发几段给你试听。

button-pick-clip = 我来挑一段
button-all-parts = 全部都用，分 { NUMBER($parts) } 段
button-use-clip = 就用这一段

answer-clips-coming = 马上发来，请试听后挑一段。
answer-clips-there = 已经发给你了，或者正在发送。

clip-caption = { $start } 至 { $finish }：会用掉 { NUMBER($needed, maximumFractionDigits: 1) } 秒额度，你还剩 { NUMBER($left, maximumFractionDigits: 1) } 秒。

job-part = 正在制作 { NUMBER($seconds, maximumFractionDigits: 1) } 秒的视频：<b>第 { NUMBER($part) } 段，共 { NUMBER($parts) } 段</b>
    { $bar } { $estimate }
job-part-waiting = 你的 { NUMBER($seconds, maximumFractionDigits: 1) } 秒视频：<b>第 { NUMBER($part) } 段，共 { NUMBER($parts) } 段</b>，正在排队，第 { NUMBER($place) } 位。
    { $bar }
job-parts-stopping = 正在停止制作。已经开始制作的部分会照常送达，并计入额度。
job-parts-ending = 你的视频有一段没能做成，所以剩下的也不做了。
job-joining = { NUMBER($parts) } 段都做好了，正在合成一个视频…

video-stopped-early = 你中途停止了制作：这是停止前已做好的部分。
