# 同意，在第一个视频之前

consent-question =
    <b>做第一个视频之前，请你确认。</b>

    <b>我会做什么</b>
    • <b>你的数据去哪里</b>：我会把你的照片和语音发给{ $service }，视频在那里制作。
    • <b>保留多久</b>：该服务把我发去的内容保留 48 小时，视频保留 24 小时。{ $hours ->
        [0] 我只把视频保留到送达为止。
       *[other] 我把视频保留 { NUMBER($hours, maximumFractionDigits: 1) } 小时。
     }在你删除之前，Telegram 会一直保留这个聊天。

    <b>需要你确认</b>
    点<i>我同意</i>即表示你确认：
    • 你可以使用这张脸和这段声音：它们是你本人的，或者已经得到本人许可；
    • 你已<b>年满 18 岁</b>。

    在你同意之前，我不会打开任何内容，也不会发给任何人。/privacy 有详细说明，/terms 是使用条款，/forget 会删除一切。
consent-question-here =
    <b>做第一个视频之前，请你确认。</b>

    <b>我会做什么</b>
    • <b>你的数据去哪里</b>：哪里也不去。视频就在运行机器人的这台机器上制作，你的照片和语音不会离开它。
    • <b>保留多久</b>：{ $hours ->
        [0] 我只把视频保留到送达为止。
       *[other] 我把视频保留 { NUMBER($hours, maximumFractionDigits: 1) } 小时。
     }在你删除之前，Telegram 会一直保留这个聊天。

    <b>需要你确认</b>
    点<i>我同意</i>即表示你确认：
    • 你可以使用这张脸和这段声音：它们是你本人的，或者已经得到本人许可；
    • 你已<b>年满 18 岁</b>。

    在你同意之前，我不会打开任何内容。/privacy 有详细说明，/terms 是使用条款，/forget 会删除一切。
consent-group =
    做第一个视频之前，请你确认。我会把照片和语音发给{ $service }。点<i>我同意</i>即表示你确认：你可以使用这张脸和这段声音，并且你已年满 18 岁。
consent-group-here =
    做第一个视频之前，请你确认。视频在运行机器人的机器上制作。点<i>我同意</i>即表示你确认：你可以使用这张脸和这段声音，并且你已年满 18 岁。
consent-agreed = 谢谢，你已同意。如果改变主意：/forget。
consent-declined = 好的。我没有打开任何内容，也没有发给任何人，你发来的都不再使用。如果改变主意，再发一张照片就行。

service-beijing = 阿里云在中国北京的视频服务
service-singapore = 阿里云在新加坡的视频服务
service-other = 位于 { $host } 的视频服务

button-whole-text = 完整条款
button-agree = 我同意
button-decline = 不同意

answer-agreed = 谢谢。
answer-declined = 好的：什么都不会做。
answer-consent-given = 你已经同意了。/forget 会删除一切。
answer-consent-changed = 这段文字有了变化：我再问你一次。
answer-consent-first = 请先回答我在这个聊天里的问题。
