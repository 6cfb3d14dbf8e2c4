# Help on the photo itself

photo-help-several = I see { NUMBER($faces) } people, numbered from left to right. Shall I use only one of them?
photo-help-together = I see { NUMBER($faces) } people, numbered from left to right, too close together for me to cut one out. A photo of one person alone works best.
photo-help-small = Box 1 is the face I see: it is small in this photo. Box 2 is the person from the head to the waist. Shall I use only box 2?
photo-help-edge = Box 1 is the face I see: it touches the edge of the photo. A photo with some room around the head works best.
button-use-person = Use person { NUMBER($number) }
button-use-part = Use box { NUMBER($number) }
