# 给运营者

operator-service-stopped = <b>视频服务拒绝工作</b>（{ $cause }）：{ $detail }
    在等的视频会留在队列里，不扣额度。我会自己再试，间隔越来越长；/resume 可以马上再试。
operator-service-works = <b>视频服务恢复了</b>（{ $cause }）。在等的会继续。
cause-key = API 密钥不对，或属于别的地域
cause-unpaid = 账号欠费，或套餐已到期
cause-not-enabled = 这个密钥没有开通该模型
cause-model-retired = 该模型已不存在
cause-address = 这个地址没有该服务
cause-quota = 免费额度用完了
cause-style = 该模型不接受这个 STYLE
cause-throttled = 请求过多，已持续几分钟
operator-request-invalid = <b>视频服务说我们的请求有误</b>：{ $detail }（任务 { $job }）
operator-declined = <b>视频服务一再拒绝同一个视频</b>：任务 { $job }：{ $detail }
    该任务已结束，不扣这个人的额度，轮到下一个了。已告知本人；其他这样结束的任务，一小时内最多告诉你一次。
operator-no-verdict = <b>照片检查付了费却没有结论</b>：{ $detail }
    一天之内不再检查这张照片，已请对方换一张。
operator-lost = <b>一个已付费的视频可能丢了</b>：任务 { $job }，服务端任务 { $task }：{ $detail }。它按已计费记入机器人的预算，不扣这个人的额度。
lost-forgotten = 服务端已经忘记了该任务
lost-late = 该任务没有按时结束
lost-unknown = 服务端不再认识该任务
lost-among-several = 可能属于它的任务不止一个，24 小时后服务端就会忘记它们
operator-result-wrong = <b>视频服务交付的与订购的不符</b>：任务 { $job }，服务端任务 { $task }：{ $detail }。本人会收到用它能做出的结果。
result-no-sound = 没有声音
result-silent = 声音是静音
result-short-sound = 声音太短
result-too-short = 太短
result-too-long = 太长
result-other-size = 分辨率不同
result-other-shape = 形状与照片不同
result-other-codec = 不是每部手机都能播放的格式
operator-ambiguous = <b>有不止一个服务端任务可能属于任务 { $job }</b>。你选定之前不会再提交。请发下面其中一行：
    <code>{ $commands }</code>
    如果都不是，或者都不要，<code>/release { $job }</code> 会结束它：不扣这个人的额度，可能产生的费用记入机器人的预算。
operator-foreign = <b>有一个服务端任务不是我们的</b>：应答丢失后，任务 { $job } 把服务端任务 { $task } 当成了自己的：{ $length } 毫秒的语音，账单却是 { $billed } 毫秒。视频没有发出，也没有扣这个人的额度：可能产生的费用记入机器人的预算。可以再试。
operator-parked = <b>有一个更新处理不了</b>（{ $update }）：{ $detail }
operator-unknown-kind = <b>留着一件这个版本不会做的事</b>：{ $kind }。它是较新的版本记下的，等较新的版本再次运行时就会去做。
operator-unsettled = <b>账单和预留不一致</b>：任务 { $job }：账单 { $billed } 毫秒，预留 { $held } 毫秒
operator-unbilled = <b>有一个视频没有账单</b>：任务 { $job }：按预留的 { $held } 毫秒计费
operator-database-unusable = <b>机器人停了：什么都记录不下来</b>，所以什么都不付费。{ $detail }
operator-database-locked = <b>机器人在等：别的程序一直锁着数据库</b>：{ $detail }。那个程序结束后会自动继续。
operator-second-poller = <b>另一个程序在收取这个机器人的消息</b>。消息先由它处理，我只做完手头的；它结束后我会自动继续。请停掉它，或者让其中一个换一个 token。
operator-disk = <b>视频存不到磁盘上</b>：{ $detail }。请腾出空间；会再试。
operator-disk-low = <b>磁盘快满了</b>：只剩 { $megabytes } MB。腾出 200 MB 之前不再下单；之后等待中的会自动继续。
operator-backup-late = <b>过去 26 小时没有备份</b>：{ $detail } 请检查 BACKUP_DIR；会自动再试。
backup-under-way = 正在做一个，花的时间很长。
operator-disk-refuses = <b>磁盘上有事做不成</b>：{ $detail }。会再试，最多每小时一次；其他事情照常进行。
operator-files = <b>取不到照片和语音</b>：{ $detail }。请把 TELEGRAM_FILES_DIR 设为它的文件夹并让机器人可以读取，或者让服务器不带 <code>--local</code> 运行。未扣额度。
operator-media = <b>打不开照片和语音</b>：{ $detail }。<code>talking-photo doctor</code> 会说明原因；未扣额度。
operator-killed = <b>媒体进程被外部终止</b>：{ $detail }。这台机器内存太小：<code>talking-photo doctor</code> 会说明需要多少。手上的文件会再试；不为此扣额度。
operator-restoring = <b>数据库已恢复，但还问不到视频服务</b>：{ $detail }。问到之前什么都不提交。
operator-restored = <b>数据库已恢复</b>；内容到 { $at } 为止。
    它不认识的服务端任务：{ $tasks }。24 小时内可以用 <code>talking-photo make --task ID</code> 取回视频。
    因为这些任务可能属于它们而结束（不扣额度）的任务：{ $jobs }。
operator-budget = <b>机器人的预算用完了</b>；已请大家等待。
operator-group-left = <b>我退出了一个未获允许的群</b>：“{ $group }”。如要允许，请把 <code>{ $chat }</code> 加入 ALLOWED_GROUPS 并重新启动我。
operator-video-stays = <b>你撤下的一个视频还留在聊天里</b>：任务 { $job }，聊天 { $chat }。我在那里删不掉它，聊天的管理员可以删。我不会再发它。
