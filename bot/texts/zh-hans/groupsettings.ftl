# 群设置

groupsettings-title = <b>本群设置</b>
groupsettings-who = 谁可以用我：<b>{ $value }</b>
groupsettings-resolution = 清晰度：<b>{ $value }</b>
groupsettings-longest = 视频最长：<b>{ $value }</b>
groupsettings-others = 别人的照片和语音：<b>{ $value }</b>
groupsettings-quiet = 进度：<b>{ $value }</b>
groupsettings-language = 语言：<b>{ $value }</b>
groupsettings-list = 名单：{ $names }。
groupsettings-list-empty = 名单上还没有人。用 /allow 回复某人的消息，就能把对方加进来。
groupsettings-hint = 只有管理员可以更改。选择要更改的项目：
groupsettings-pick = 请选择：
groupsettings-done = 已保存。发送 /groupsettings 可再次打开。
groupsettings-only-admins = 只有本群管理员可以这样做。
groupsettings-in-private = 这个命令用于群：请以管理员身份在要设置的群里发送。

choice-all = 所有人
choice-admins = 仅管理员
choice-list = 名单上的人和管理员
choice-operators = 按运营者的设定（{ $standard }）
choice-lower = 480P
choice-higher = 720P
choice-no-limit = 不限
choice-seconds = 最长 { NUMBER($seconds, maximumFractionDigits: 1) } 秒
choice-others-yes = 可以使用；对方会得到通知，也可以反对
choice-others-no = 只能用自己的
choice-followed = 制作时显示
choice-quiet = 安静，只说开始和结果
choice-each-person = 各用各的语言
choice-english = English
choice-chinese = 简体中文

button-who = 谁可以用我
button-resolution = 清晰度
button-longest = 视频最长
button-others = 别人的照片和语音
button-quiet = 进度
button-language = 语言
button-done = 完成
answer-choose = 请选择。
answer-kept = 已保存。

allow-which = 请用 /allow 或 /disallow 回复对方的消息，我才知道你指的是谁。
allow-no-person = 那条消息不是由可以加入名单的人发出的。
allow-done = { $name } 可以在这里用我了。
allow-known = { $name } 已经在名单上。
allow-list-unused = 目前以设置中写明的范围为准；在 /groupsettings 里选择名单后，名单才会生效。
disallow-done = { $name } 已从名单移除。
disallow-unknown = { $name } 不在名单上。

command-groupsettings = 本群的设置
command-allow = 允许某人在这里用我（回复对方）
command-disallow = 把某人移出名单（回复对方）
