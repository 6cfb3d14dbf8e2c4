-- The chat in which the video's message lies: not always that of the job. NULL where it is not
-- known; then nothing is done to that message. A group that became a supergroup has new ids.
ALTER TABLE jobs ADD COLUMN video_chat_id INTEGER;
UPDATE jobs SET video_chat_id = COALESCE(
    (SELECT detours.chat_id FROM detours WHERE detours.job_id = jobs.id),
    CASE WHEN chat_id NOT IN (SELECT new_chat_id FROM moved_chats) THEN chat_id END)
WHERE video_message_id > 0;
CREATE INDEX jobs_by_video_message ON jobs (video_chat_id, video_message_id)
    WHERE video_chat_id IS NOT NULL;
