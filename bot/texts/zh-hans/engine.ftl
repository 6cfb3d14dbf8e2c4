# 做视频的方式

setting-engine = 生成模型
setting-engine-ask = <b>用哪个模型做视频？</b>
engine-line = { $name }：一秒算 { NUMBER($ratio, maximumFractionDigits: 2) } 秒额度
engine-wan = Wan 2.2 – 完整画面，动作自然
engine-emo = EMO – 头像，简单一些
setting-framing = 画面比例
setting-framing-ask = <b>视频要什么比例？</b>
    “随照片”就是最接近照片的那种。竖版画面更多，额度按 { NUMBER($ratio, maximumFractionDigits: 1) } 倍计算。对之后发来的照片有效。
framing-automatic = 随照片
framing-square = 方形（1:1）
framing-portrait = 竖版（3:4）
engine-preview = Preview – 画出来的嘴巴

failed-switched-off = 这个模型现在不用了。{ $charged }按“再试一次”，就用现在的模型。
failed-photo = 这张照片不适合你选的模型：{ $reason }{ $charged }可以在 /settings 里换一个模型再试一次，或者换一张照片。
failed-no-verdict = 你选的模型要把照片再检查一次，而视频服务说不出它能不能用。{ $charged }{ $operator_knows }可以在 /settings 里换一个模型再试一次，或者换一张照片。
failed-unchecked = 你选的模型要把照片再检查一次，但今天不能再检查了。{ $charged }明天再试，或者在 /settings 里换一个模型。
