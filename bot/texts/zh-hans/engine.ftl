# 做视频的方式

setting-engine = 做法
setting-engine-ask = <b>视频要怎么做？</b>
engine-line = { $name }：一秒算 { NUMBER($ratio, maximumFractionDigits: 2) } 秒额度
engine-wan = 完整画面，动作自然
engine-emo = 头像，简单一些
engine-preview = 预览，画出来的嘴巴

failed-switched-off = 这种做法现在不用了。{ $charged }按“再试一次”，就用现在的做法。
failed-photo = 这张照片不适合你选的做法：{ $reason }{ $charged }可以在 /settings 里换一种做法再试一次，或者换一张照片。
failed-no-verdict = 你选的做法要把照片再检查一次，而视频服务说不出它能不能用。{ $charged }管理员已经知道。可以在 /settings 里换一种做法再试一次，或者换一张照片。
failed-unchecked = 你选的做法要把照片再检查一次，但今天不能再检查了。{ $charged }明天再试，或者在 /settings 里换一种做法。
