# 删除关于一个人保存的内容

forget-shown =
    <b>我们保存了你的哪些数据</b>
    { NUMBER($photos) } 张照片、{ NUMBER($voices) } 段语音、{ NUMBER($videos) } 个视频；还有你的姓名、设置、你在什么时候同意的，以及用了多少额度。

    <b>删除</b>会把这些全部去掉，包括在群里的。会留下的：计费记录（里面不再有你）；群里哪些消息里有你的视频，好让出现在其中的人可以要求删除；今天用掉的额度，这样删除不会换来新的额度；还有你不许别人用你的照片，或者你被封禁（如果有的话）。聊天本身属于 Telegram：请在那里删除。
forget-waiting = 你的一个视频还在制作。它会送到，然后我删除一切。
forget-done = 完成：我们保存的你的数据都删除了。如果你再来，我会像问每个人那样再问你一次。
data-copy = 我们保存的你的全部数据。

button-data-copy = 先把我的数据发给我
button-forget = 删除
button-keep = 保留

answer-data-copy = 你的数据会作为文件发来。
answer-forgetting = 等你没有正在进行的事，我就删除。
answer-data-stays = 好的：一切照旧。
