// What a first video still lacks, one tap away: for those without a photo or a microphone at hand.

import { isOut } from "./bubble.js";
import { h, icon } from "./dom.js";
import { redrawing } from "./redraw.js";
import { chat, listen, messagesOf, person, store } from "./store.js";
import { samples } from "./welcome.js";

const bar = document.getElementById("missing");

export function start() {
  const redraw = redrawing(bar, draw);
  for (const topic of ["current", "chats", "messages", "people"]) listen(topic, redraw);
}

function draw() {
  const lacking = missing(chat());
  bar.hidden = lacking.length === 0;
  bar.replaceChildren(...lacking.map((one) => h("button", { type: "button", class: "button soft", onclick: one.run }, icon(one.icon), `Sample ${one.sample}`)));
}

/** Nothing in an empty chat, which offers both itself, nor to whoever runs the bot. */
function missing(one) {
  if (one?.type !== "private" || one.blocked || !store.bot || person()?.is_operator) return [];
  const messages = messagesOf(one.chat_id);
  if (messages.length === 0 || messages.some((message) => message.video)) return [];
  return samples.filter(({ kind }) => !messages.some((message) => isOut(message) && message[kind]));
}
