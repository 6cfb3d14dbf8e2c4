service-away = I cannot reach the video service just now. You need not do anything: I keep trying for half an hour and go on by myself.
opening-later = I cannot open this just now. You need not do anything: I keep trying for some minutes and go on by myself.
