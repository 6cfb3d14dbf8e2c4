# Help on the photo itself

photo-help-several = I see { NUMBER($faces) } people, numbered from left to right. Shall I use only one of them?
photo-help-together = I see { NUMBER($faces) } people, numbered from left to right, too close together for me to cut one out. A photo of one person alone works best.
photo-help-small = The face is small in this photo. Use only this part?
photo-help-edge = The face touches the edge of the photo. A photo with some room around the head works best.
button-use-person = Use person { NUMBER($number) }
button-use-part = Use this part
