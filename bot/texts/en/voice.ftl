# A voice

voice-listening = Listening to your voice…
voice-ready = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Now send me a <b>photo</b> of one person.
voice-ready-noisy = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, with some noise: a quieter place would look better. Now send me a <b>photo</b> of one person.
voice-ready-photo-coming = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Still looking at your photo.
voice-used = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech for your video.
voice-dropped = Discarded: this voice is not used.
voice-superseded = You sent a newer voice: I use that one.
voice-empty = This sound is empty. Please record it again.
voice-too_big = This file is over 20 MB. Please send a shorter one, or a voice message.
voice-unreadable = I can't play this file. Please send a voice message, an MP3, M4A, WAV or OGG file, or a video with sound.
voice-no_sound = There is no sound in this. Please send a voice message, a sound file, or a video with sound.
voice-silent = I hear nothing in this. Please record it again, closer to the microphone.
voice-too_short = This is too short: I need at least half a second of speech. Please record it again.
voice-too_long = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and a video takes { NUMBER($longest, maximumFractionDigits: 1) } s. Send a shorter one, or let me use the beginning.
voice-gone = Telegram no longer has this sound. Please send it again.
voice-quota = This needs { NUMBER($seconds, maximumFractionDigits: 1) } s, and you have { NUMBER($left, maximumFractionDigits: 1) } s left. More comes { $when }. Nothing was charged.
voice-quota-shorten = This needs { NUMBER($seconds, maximumFractionDigits: 1) } s, and you have { NUMBER($left, maximumFractionDigits: 1) } s left. Let me use the beginning, or wait: more comes { $when }. Nothing was charged.
voice-waiting = You have { NUMBER($waiting) } videos waiting already. When one is done, try again. Nothing was charged.
voice-budget = This bot's budget for now is used up. It goes on { $when }; try again then. Nothing was charged.
voice-service-stopped = The video service is not available at the moment. Nothing was charged.{ $operator_knows } Please try again later.
voice-out-of-order = I cannot open sound files at the moment. Nothing was charged.{ $operator_knows } Please try again later.
voice-late = You sent this { $ago } ago, while I was away. Shall I go on with it? Or just send what you would like now.
voice-late-video = You sent this { $ago } ago, while I was away. Shall I make the video?
voice-stale = Got it: { NUMBER($seconds, maximumFractionDigits: 1) } s of speech. Your last photo is { $ago } old: shall I make the video with it? Or send a new <b>photo</b>.
voice-unreachable = I could not reach the video service. Nothing was charged. Please try again in a few minutes.
voice-moderated = The video service declines this recording because of its content rules. Please send another one. Nothing was charged.
