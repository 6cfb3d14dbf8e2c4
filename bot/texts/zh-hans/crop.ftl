# 画在照片上的提示

photo-help-several = 我看到 { NUMBER($faces) } 个人，从左到右编了号。只用其中一个人吗？
photo-help-together = 我看到 { NUMBER($faces) } 个人，从左到右编了号，但他们离得太近，我没法单独截出一个。单人照片效果最好。
photo-help-small = 这张照片里的脸比较小。只用这一部分吗？
photo-help-edge = 脸碰到了照片的边。头部周围留些空间的照片效果最好。
button-use-person = 用 { NUMBER($number) } 号人物
button-use-part = 用这一部分
