# A voice that is too long for one video

voice-long = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and one video takes { NUMBER($longest, maximumFractionDigits: 1) } s. What would you like?

    • the first { NUMBER($longest, maximumFractionDigits: 1) } s
    • a piece that you choose: I send you some to listen to
    • <b>all of it</b>, as one video made in { NUMBER($parts) } parts: that takes { NUMBER($needed, maximumFractionDigits: 1) } s of the { NUMBER($left, maximumFractionDigits: 1) } s you have left
voice-long-silent-parts = { $silent ->
    [one] In one of the parts I hear nobody speak.
   *[other] In { NUMBER($silent) } of the parts I hear nobody speak.
}
voice-long-quota = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and one video takes { NUMBER($longest, maximumFractionDigits: 1) } s. All of it, in { NUMBER($parts) } parts, would take { NUMBER($needed, maximumFractionDigits: 1) } s, and you have { NUMBER($left, maximumFractionDigits: 1) } s left. Let me use the beginning, or a piece that you choose: I send you some to listen to.
voice-long-budget = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, and one video takes { NUMBER($longest, maximumFractionDigits: 1) } s. All of it is more than this bot may spend for now. Let me use the beginning, or a piece that you choose: I send you some to listen to.
voice-long-here = This is { NUMBER($seconds, maximumFractionDigits: 1) } s of speech, more than this group allows for one video. Let me use the beginning, or a piece that you choose: I send you some to listen to.

button-pick-clip = Let me choose a piece
button-all-parts = All of it, in { NUMBER($parts) } parts
button-use-clip = Use this part

answer-clips-coming = Coming up: listen, and choose one.
answer-clips-there = I sent them already, or they are on their way.

clip-caption = { $start } to { $finish }: this takes { NUMBER($needed, maximumFractionDigits: 1) } s of the { NUMBER($left, maximumFractionDigits: 1) } s you have left.

job-part = Making your video of { NUMBER($seconds, maximumFractionDigits: 1) } s: <b>part { NUMBER($part) } of { NUMBER($parts) }</b>
    { $bar } { $estimate }
job-part-waiting = Your video of { NUMBER($seconds, maximumFractionDigits: 1) } s: <b>part { NUMBER($part) } of { NUMBER($parts) }</b> waits for its turn, place { NUMBER($place) }.
    { $bar }
job-parts-stopping = Stopping your video. What is being made already comes, and counts.
job-parts-ending = A part of your video could not be made, so I end the rest of it.
job-joining = All { NUMBER($parts) } parts are made: joining them into one video…

video-stopped-early = You stopped it: this is what was made by then.
