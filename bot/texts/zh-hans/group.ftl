# 在群里

command-talk = 让照片说话
command-queue = 谁在等视频
command-notme = 不让别人在这里用我的照片和声音

name-somebody = 有人

placeholder-photo = 一张单人照片
placeholder-voice = 一段语音

group-photo-ready = 照片不错。请用一段不超过 { NUMBER($longest, maximumFractionDigits: 1) } 秒的<b>语音</b>回复<b>这条消息</b>。
group-voice-ready = 收到：{ NUMBER($seconds, maximumFractionDigits: 1) } 秒人声。请用一张单人<b>照片</b>回复<b>这条消息</b>。
group-answer-here = 想换一个，就用它回复<b>这条消息</b>。
group-ask-voice = 你的照片我有了。请用一段不超过 { NUMBER($longest, maximumFractionDigits: 1) } 秒的<b>语音</b>回复<b>这条消息</b>。
group-ask-photo = 你的声音我有了。请用一张单人<b>照片</b>回复<b>这条消息</b>。
group-how = 请用一张单人<b>照片</b>回复<b>这条消息</b>，然后再用<b>语音</b>回复我。也可以用 /talk 回复这里的任何一张照片。
group-both-there = 你的照片和声音都有了。我还在看，或者其中一个在等你回答：请看它的消息。
group-not-for-you = 这个群的管理员只让一部分人用我做视频。你随时可以私下找我。
group-not-allowed = 本机器人只在特定的群里工作，这个群不在其中。运营者可以把本群加进来。你随时可以私聊我。
group-write-as-yourself = 以群或频道的身份发言时，我看不出你是谁。请用自己的身份发。
group-help = 用 /talk 回复一张照片，再用语音回复我：照片里的人就会说话。
group-quota = 你还剩 <b>{ NUMBER($left, maximumFractionDigits: 1) } 秒</b>，共 { NUMBER($limit, maximumFractionDigits: 1) } 秒。{ $when }重置。
group-quota-budget = 你还剩 <b>{ NUMBER($left, maximumFractionDigits: 1) } 秒</b>，共 { NUMBER($limit, maximumFractionDigits: 1) } 秒：机器人给所有人的预算剩得比你的额度少。预算{ $when }重置。
group-last-none = 你在这里还没有视频。用 /talk 回复一张照片就能做一个。
group-last-gone = 你在这里的上一个视频，Telegram 和我都没有了。用 /talk 回复一张照片可以做个新的。
group-status-nothing = 这里没有在为你做的视频。用 /talk 回复一张照片就能开始。
group-status-photo = 你的照片我有了，还缺声音。发 /talk 我来问你要。
group-status-voice = 你的声音我有了，还缺照片。发 /talk 我来问你要。
start-link-unknown = 这个链接已经没有内容了。可以这样开始：

button-long-help = 更多说明
button-new-voice = 换段声音
button-new-face = 换张照片
button-not-me = 这是我 – 请移除
button-allow-again = 重新允许用我的照片和声音

talk-cannot = 我只会用照片、语音、声音文件和有声音的视频。请用 /talk 回复其中一种。
talk-unseen = 你回复的消息在别的话题或聊天里，我在其中看不到照片或语音。请把它发到这里，再用 /talk 回复它。
talk-own-only = 这个群里每个人只用自己的照片和声音。请发你自己的：发 /talk 我来问你要。
talk-objected = { $owner } 不希望别人在这里用自己的照片和声音。请换一个。

borrowed-asked = { $owner }，这是你的。如果你介意，点 /notme，我就不用了。
borrowed-used = { $owner }，这里用了你的照片或声音。如果你介意，请点下面的按钮。
photo-borrowed = 这张照片是别人的，在这里不能再用了。请另选一张。
voice-borrowed = 这段声音是别人的，在这里不能再用了。请另选一段。
job-objected = 我正在停下这个视频：照片或声音的主人不希望这样用。就算做完了，我也不会发出来，而且要计入额度。
failed-objected = 已停止：照片或声音的主人不希望这样用。{ $charged }

notme-done = 明白了：这个群里别人不会再用你的照片和声音，正在用它们做的视频会停下，已经做好的会删掉。你自己仍然可以用 /talk 使用它们。
notme-known = 这个群里别人不能用你的照片和声音，直到你重新允许为止。
answer-objected = 明白了。从现在起，别人不会在这里用你的照片和声音；发 /notme 可以重新允许。
answer-stopped-by-admin = 已停止。
video-stays = 这个视频用到的照片或声音的主人不希望这样用。我已经删不掉它了：请你删掉，或者请群管理员删掉。
answer-allowed-again = 谢谢。别人又可以在这里用你的照片和声音了。
answer-not-borrowable = 这是别人的，在这里不能再用了。请另选一个。
answer-see-below = 请看我下面的消息。
answer-not-for-you = 这个群的管理员只让一部分人用我做视频。你随时可以私下找我。
answer-withdrawn = 这个视频不能再展示了。请发送照片和语音，制作新的视频。
answer-resolution-here = 本群管理员为所有视频选定了清晰度。管理员可以用 /groupsettings 更改。
answer-own-only = 本群里每个人只能使用自己的照片和声音。请发送你自己的。
answer-group-not-allowed = 本机器人不在这个群里工作。你随时可以私聊我。

queue-empty = 没有人在等，也没有在做的视频。
queue-being-made = 正在做：{ $names }
queue-waiting = { $count ->
   *[other] { NUMBER($count) } 个在等：
 }
queue-place = { NUMBER($place) }. { $name }
queue-own-place = <b>{ NUMBER($place) }. { $name }</b>
queue-you = 你
queue-elsewhere = 别的聊天里的人
queue-comma = 、
