# To the operator

operator-service-stopped = <b>The video service refuses to work</b> ({ $cause }): { $detail }
    Waiting videos stay in the queue, and nothing is charged. I try again by myself, less and less often; /resume tries at once.
operator-service-works = <b>The video service works again</b> ({ $cause }). What waited goes on.
cause-key = the API key is wrong, or belongs to another region
cause-unpaid = the account owes money, or its plan has ended
cause-not-enabled = the model is not enabled for this key
cause-model-retired = there is no such model any more
cause-address = there is no such service at this address
cause-quota = the free quota is used up
cause-style = the model does not take this STYLE
cause-throttled = too many requests, for minutes on end
operator-request-invalid = <b>The video service says our request is wrong</b>: { $detail } (job { $job })
operator-declined = <b>The video service refuses a video again and again</b>: job { $job }: { $detail }
    The job ended, nothing was taken from its owner's quota, and the next one has its turn. Its owner was told; you hear of others that end so at most once an hour.
operator-no-verdict = <b>Photo checks are paid for and bring no verdict</b>: { $detail }
    This photo is not checked again for a day, and its sender was asked for another one.
operator-lost = <b>A paid video may be lost</b>: job { $job }, task { $task }: { $detail }. It counts in the bot's budget as if it had been billed, and nothing from the person's quota.
lost-forgotten = the service has forgotten the task by now
lost-late = the task did not end in time
lost-unknown = the service does not know the task any more
lost-among-several = several tasks may be its own, and the service forgets them after 24 hours
operator-result-wrong = <b>The video service delivered something else than was ordered</b>: job { $job }, task { $task }: { $detail }. The person gets what can be made of it.
result-no-sound = no sound
result-silent = silent
result-short-sound = its sound is too short
result-too-short = too short
result-too-long = too long
result-other-size = another resolution
result-other-shape = another shape than the photo
result-other-codec = a format that not every phone plays
operator-ambiguous = <b>Two tasks could belong to job { $job }</b>. Nothing is submitted again until you say which. One of these lines:
    <code>{ $commands }</code>
    If none of them is its own, or none is wanted: <code>/release { $job }</code> ends it; nothing is taken from the person's quota, and the bot's budget bears what may have been billed.
operator-foreign = <b>A task is not ours</b>: job { $job } took task { $task } for its own after an answer was lost, and that one bills { $billed } ms for a voice of { $length } ms. Its video was not delivered, and nothing was taken from the person's quota: the bot's budget bears what may have been billed. The job can be tried again.
operator-parked = <b>An update could not be handled</b> ({ $update }): { $detail }
operator-unknown-kind = <b>Something is kept that this version cannot do</b>: { $kind }. A newer version put it down, which does it once it runs again.
operator-unsettled = <b>A bill does not fit its hold</b>: job { $job }: billed { $billed } ms, held { $held } ms
operator-unbilled = <b>A video came without a bill</b>: job { $job }: taken as billed are the { $held } ms that were held
operator-database-unusable = <b>The bot stopped: nothing can be recorded</b>, so nothing is paid for. { $detail }
operator-database-locked = <b>The bot waits: another program keeps the database locked</b>: { $detail }. It goes on by itself once that program ends.
operator-second-poller = <b>Another program fetches this bot's messages</b>. I leave them to it, finish what I have, and go on by myself when it ends. Stop it, or give one of the two another token.
operator-disk = <b>A video cannot be kept on the disk</b>: { $detail }. Make room; it is tried again.
operator-disk-low = <b>The disk is nearly full</b>: { $megabytes } MB are free. Nothing is ordered until there are 200; what waits then goes on by itself.
operator-backup-late = <b>There is no backup of the last 26 hours</b>: { $detail } Look at BACKUP_DIR; it is tried again by itself.
backup-under-way = one is under way, and takes long.
operator-disk-refuses = <b>The disk refuses what has to be done there</b>: { $detail }. It is tried again, once an hour at most; everything else goes on.
operator-files = <b>Photos and voice messages cannot be fetched</b>: { $detail }. Set TELEGRAM_FILES_DIR to its folder and let the bot read there, or run the server without <code>--local</code>. Nothing was charged.
operator-media = <b>Photos and voice messages cannot be opened</b>: { $detail }. <code>talking-photo doctor</code> says why; nothing was charged.
operator-killed = <b>A media process was ended from outside</b>: { $detail }. This machine has too little memory: <code>talking-photo doctor</code> says how much is needed. What was worked on is tried again; nothing is charged for it.
operator-restoring = <b>The database was restored and the video service cannot be asked yet</b>: { $detail }. Nothing is submitted until it can.
operator-restored = <b>The database was restored</b>; it ends at { $at }.
    Tasks it does not know: { $tasks }. For 24 hours <code>talking-photo make --task ID</code> fetches their videos.
    Jobs ended, with nothing taken from their quotas, because such a task may be theirs: { $jobs }.
operator-budget = <b>The bot's budget is used up</b>; people are told to wait.
operator-group-left = <b>I left a group that is not allowed</b>: “{ $group }”. To allow it, add <code>{ $chat }</code> to ALLOWED_GROUPS and start me again.
operator-video-stays = <b>A video that you took down stays in its chat</b>: job { $job }, chat { $chat }. I cannot delete it there; an admin of that chat can. I don't bring it again.
