# The settings of a group

groupsettings-title = <b>Settings of this group</b>
groupsettings-who = Who may use me: <b>{ $value }</b>
groupsettings-resolution = Resolution: <b>{ $value }</b>
groupsettings-longest = Longest video: <b>{ $value }</b>
groupsettings-others = Photos and voices of other people: <b>{ $value }</b>
groupsettings-quiet = Progress: <b>{ $value }</b>
groupsettings-language = Language: <b>{ $value }</b>
groupsettings-list = On the list: { $names }.
groupsettings-list-empty = Nobody is on the list yet. Reply to somebody's message with /allow to put them on it.
groupsettings-hint = Only admins can change this. Choose what to change:
groupsettings-pick = Choose one:
groupsettings-done = Saved. /groupsettings opens this again.
groupsettings-only-admins = Only admins of this group can do that.
groupsettings-in-private = This is for groups: send it in the group whose settings you want to change, as an admin of it.

choice-all = everybody
choice-admins = admins only
choice-list = people on the list, and admins
choice-operators = as the operator set it ({ $standard })
choice-lower = 480P
choice-higher = 720P
choice-no-limit = no limit
choice-seconds = up to { NUMBER($seconds, maximumFractionDigits: 1) } s
choice-others-yes = may be used; they are told, and can object
choice-others-no = only one's own may be used
choice-followed = shown while a video is made
choice-quiet = quiet, only the beginning and the video
choice-each-person = each person's own
choice-english = English
choice-chinese = 简体中文

button-who = Who may use me
button-resolution = Resolution
button-longest = Longest video
button-others = Others' photos and voices
button-quiet = Progress
button-language = Language
button-done = Done
answer-choose = Choose one.
answer-kept = Saved.

allow-which = Reply to a message of the person with /allow or /disallow, then I know whom you mean.
allow-no-person = That message is not from a person whom I could put on the list.
allow-done = { $name } may use me here.
allow-known = { $name } is on the list already.
allow-list-unused = For now everybody the settings name may use me; the list counts once /groupsettings says so.
disallow-done = { $name } is off the list.
disallow-unknown = { $name } is not on the list.

command-groupsettings = What holds in this group
command-allow = Let a person use me here (as a reply)
command-disallow = Take a person off the list (as a reply)
