# 给运营者的回答

adopt-usage = 请这样发，两项都照我的提问填：<code>/adopt 任务 服务端任务</code>
adopt-done = 任务 { $job } 用服务端任务 { $task } 继续。
adopt-not-listed = 服务端任务 { $task } 不在我为任务 { $job } 列出的里面，或者已经属于别的任务。什么都没变。
release-usage = 请这样发，编号照我的提问填：<code>/release 任务</code>
release-done = 任务 { $job } 已结束，也告诉了它的主人：不扣对方的额度，可能产生的费用记入机器人的预算。
adopt-not-asked = 我没有（或不再）问起任务 { $job }。什么都没变。
