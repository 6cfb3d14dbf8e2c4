# 机器人进群，以及它在群里做不到的事

introduction-hello = 大家好！我能让照片开口说话：用 <code>{ $command }</code> 回复一张照片，我会请你发一条语音。
introduction-hears-commands = 在这里我只能看到命令和对我消息的回复，你们写的其他内容我都收不到。
introduction-slow = 本群开启了慢速模式（{ NUMBER($seconds) } 秒），我的回复可能会晚到。管理员把我设为管理员即可不受限制。

lack-videos = 我不能在本群发送视频。在管理员允许之前，我会以文件形式发送，或者发到本人与我的私聊里。
lack-messages = 我不能在群“{ $group }”里发言，所以那里没有人能收到我的回复。群管理员可以允许我发送消息和视频。
lack-mended = 谢谢！现在我可以在这里发送视频了。

leaving-group = 这个机器人只在指定的群里工作，本群不在其中，我这就离开。运营者可以把本群加进来。你们仍然可以在私聊里使用我。
