# A video that its group does not take; quiet jobs; closed topics

private-fallback-here = Your video from the group “{ $group }”: I could not send it there, so here it is.
private-fallback-taken = Your video is ready. I could not send it here, so it is in your private chat with me.
private-fallback-waits = Your video is ready, but I could not send it here, and you have not opened a private chat with me yet. Press the button, then Start: it comes at once.
button-private-chat = Open the private chat

voice-too-long-here = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and in this group a video takes up to { NUMBER($limit, maximumFractionDigits: 1) } s. Send a shorter one, or let me use the beginning.
answer-too-long-here = In this group a video takes up to { NUMBER($limit, maximumFractionDigits: 1) } s, as its admins chose. Please send a shorter voice.
topic-closed = For { $name }, here because the topic is closed:
