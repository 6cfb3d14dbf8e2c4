# Deleting what is kept of a person

forget-shown =
    <b>What is kept of you</b>
    { NUMBER($photos) ->
        [one] 1 photo
       *[other] { NUMBER($photos) } photos
    }, { NUMBER($voices) ->
        [one] 1 voice
       *[other] { NUMBER($voices) } voices
    }, { NUMBER($videos) ->
        [one] 1 video
       *[other] { NUMBER($videos) } videos
    }; your name, your settings, when you agreed, and what you used of your quota.

    <b>Delete</b> takes all of it away, here and in groups. What stays: amounts, without you in them; which messages in groups show your videos, so that whoever is in them can have them removed; your part of today's quota, so that deleting does not bring a new one; the ids of photos and voices of yours that others used, so that nobody uses them again; that you objected to others using your photos, or were shut out, if so. The chat itself is Telegram's: delete it there.
forget-waiting = A video of yours is still being made. It comes, and then I delete everything.
forget-done = Done: what was kept of you is deleted. If you come back, I ask you again as I ask everybody.
data-copy = Everything that is kept of you.

button-data-copy = Send me my data first
button-forget = Delete
button-keep = Keep

answer-data-copy = Your data comes as a file.
answer-forgetting = I delete it as soon as nothing of yours is under way.
answer-data-stays = All right: everything stays.
