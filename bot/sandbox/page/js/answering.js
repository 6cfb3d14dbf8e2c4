// Answering a message: a double click, a swipe to the left, or because the bot asks for it.

import { isGroup } from "./membership.js";
import { chat, listen, message as findMessage, messagesOf, person, store } from "./store.js";

const SWIPE_PIXELS = 60;
const LOOK_BACK = 30; // messages; an older wish of the bot is forgotten
const CONTROLS = "button, a, video, audio, input, [role='slider'], .text";

let reply = null;
let touched = null;
const done = new Set(); // "person:chat:message": the bar was opened for it once

export function start(answer) {
  reply = answer;
  const list = document.getElementById("timeline");
  list.addEventListener("dblclick", (event) => (event.target.closest(".meta") || !event.target.closest(CONTROLS)) && take(event));
  list.addEventListener("touchstart", (event) => (touched = { x: event.touches[0].clientX, y: event.touches[0].clientY }), { passive: true });
  list.addEventListener("touchend", swiped, { passive: true });
  listen("current", forced);
  listen("messages", ({ chatId, isNew } = {}) => (chatId === undefined || (isNew && chatId === store.chatId)) && forced());
}

function swiped(event) {
  const { clientX: x, clientY: y } = event.changedTouches[0];
  if (touched && touched.x - x > SWIPE_PIXELS && Math.abs(touched.y - y) < SWIPE_PIXELS / 2) take(event);
  touched = null;
}

function take(event) {
  const article = event.target.closest("article");
  const view = article && findMessage(store.chatId, Number(article.dataset.messageId));
  if (view) reply(view);
}

/** The newest message that asks this person for an answer, and has none, is answered next. */
function forced() {
  const current = chat();
  if (!current) return;
  const recent = messagesOf(current.chat_id).filter((one) => !one.deleted).slice(-LOOK_BACK);
  const asked = recent.findLast((one) => one.reply_keyboard?.force_reply && concernsMe(current, one));
  const key = asked && `${store.personId}:${current.chat_id}:${asked.message_id}`;
  if (!asked || done.has(key) || answeredByMe(recent, asked)) return;
  done.add(key);
  reply(asked, asked.reply_keyboard.input_field_placeholder);
}

const answeredByMe = (recent, asked) => recent.some((one) => one.from?.id === store.personId && one.reply_to_message?.message_id === asked.message_id);

/** A selective wish is for whom the message answers or names. */
function concernsMe(current, message) {
  if (!isGroup(current) || !message.reply_keyboard.selective) return true;
  if (message.reply_to_message?.from?.id === store.personId) return true;
  const words = message.text ?? message.caption ?? "";
  const name = person()?.username?.toLowerCase();
  return (message.entities ?? message.caption_entities ?? []).some((one) => {
    if (one.type === "text_mention") return one.user?.id === store.personId;
    return one.type === "mention" && name && words.slice(one.offset + 1, one.offset + one.length).toLowerCase() === name;
  });
}
