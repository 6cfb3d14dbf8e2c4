# Deleting what is kept of a person

forget-shown =
    <b>What we store about you</b>
    { NUMBER($photos) ->
        [one] 1 photo
       *[other] { NUMBER($photos) } photos
    }, { NUMBER($voices) ->
        [one] 1 voice
       *[other] { NUMBER($voices) } voices
    }, { NUMBER($videos) ->
        [one] 1 video
       *[other] { NUMBER($videos) } videos
    }; your name, your settings, when you agreed, and how much of your quota you used.

    <b>Delete</b> removes all of it, here and in groups. What stays: billing records, without you in them; which messages in groups show your videos, so that whoever is in them can have them removed; your part of today's quota, so that deleting does not bring a new one; the ids of photos and voices of yours that others used, so that nobody uses them again; that you objected to others using your photos, or were banned, if so; while a report of a video of yours is open, who you are and where that video is, for a week at most. The chat itself is Telegram's: delete it there.
forget-waiting = A video of yours is still being made. It comes, and then I delete everything.
forget-done = Done: what we stored about you is deleted. If you come back, I ask you again as I ask everybody.
data-copy = Everything that we store about you.

button-data-copy = Send me my data first
button-forget = Delete
button-keep = Keep

answer-data-copy = Your data comes as a file.
answer-forgetting = I delete it as soon as nothing of yours is under way.
answer-data-stays = All right: everything stays.
