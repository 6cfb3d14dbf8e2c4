# 画在照片上的提示

photo-help-several = 我看到 { NUMBER($faces) } 个人，从左到右编了号。只用其中一个人吗？
photo-help-together = 我看到 { NUMBER($faces) } 个人，从左到右编了号，但他们离得太近，我没法单独截出一个。单人照片效果最好。
photo-help-small = 1 号框是我看到的脸，在这张照片里比较小。2 号框是这个人从头到腰的部分。只用 2 号框吗？
photo-help-edge = 1 号框是我看到的脸，它碰到了照片的边。头部周围留些空间的照片效果最好。
button-use-person = 用 { NUMBER($number) } 号人物
button-use-part = 用 { NUMBER($number) } 号框
