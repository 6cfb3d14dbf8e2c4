# The bot comes into a group, and what it cannot do there

introduction-hello = Hello! I make photos speak: reply to a photo with <code>{ $command }</code>, and I ask you for a voice message.
introduction-hears-commands = Here I see only commands and replies to my messages. Nothing else you write reaches me.
introduction-slow = Slow mode is on here ({ NUMBER($seconds) } s): my messages may come late. An admin can exempt me by making me an admin.

lack-videos = I may not send videos in this group. Until an admin allows that, I send them as files, or to the person's private chat with me.
lack-messages = I may not write in the group “{ $group }”, so nobody gets a reply from me there. A group admin can allow me to send messages and videos.
topic-no-reply = I can't reply to you in the group “{ $group }”: its topic is closed, and I may not write outside it. Please ask in an open topic, or here.
lack-mended = Thank you: I can send videos here now.

channel-hello = I was added to the channel “{ $channel }”. In a channel I do nothing: I make photos speak, in private and in groups. Send a photo and a voice message to { $name } and forward the video to your channel, or add me to a group.
leaving-group = This bot works in certain groups only, and this one is not among them: I leave now. The operator of the bot can add the group. My private chat is open to you all the same.
