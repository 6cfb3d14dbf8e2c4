service-away = I cannot reach the video service just now. You need not do anything: I keep trying for half an hour and go on by myself.
