// Inline keyboards: a press stays pending until the bot answers the callback.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { alertBox, toast } from "./overlays.js";
import { fullName } from "./format.js";
import { isGroup } from "./membership.js";
import { chat, store } from "./store.js";

const PATIENCE_MILLISECONDS = 15_000;
const STYLES = new Set(["primary", "success", "danger"]);
const pending = new Map(); // "person:chat:message:data" → callback id, or null while the press is on its way
const answers = new Map(); // callback id → answer that came before the press was confirmed

export function keyboard(chatId, message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" }, rows.map((row) => h("div", { class: "keyboard-row" }, row.map((button) => key(chatId, message, button)))));
}

function key(chatId, message, button) {
  const classes = ["key", STYLES.has(button.style) && button.style].filter(Boolean).join(" ");
  if (button.url) {
    const safe = /^(https?|tg):/i.test(button.url);
    return h("a", { class: `${classes} outward`, href: safe ? button.url : null, target: "_blank", rel: "noopener noreferrer" }, h("span", { dir: "auto" }, button.text));
  }
  const id = keyOf(chatId, message, button);
  const element = h("button", { type: "button", class: classes, dataset: { key: id }, "aria-busy": pending.has(id) ? "true" : null }, h("span", { dir: "auto" }, button.text));
  if (button.copy_text) {
    element.append(icon("copy"));
    element.onclick = () => navigator.clipboard.writeText(button.copy_text.text).then(() => toast("Copied"));
  } else if (button.callback_data !== undefined) element.onclick = () => press(chatId, message, button);
  else element.onclick = () => toast("This kind of button does nothing in the sandbox.");
  return element;
}

// Each person of a group presses for themselves.
const keyOf = (chatId, message, button) => `${store.personId}:${chatId}:${message.message_id}:${button.callback_data}`;

async function press(chatId, message, button) {
  const id = keyOf(chatId, message, button);
  if (pending.has(id)) return;
  wait(id, null);
  try {
    const { callback_query_id: callbackId } = await api.press(chatId, message.message_id, store.personId, button.callback_data);
    const early = answers.get(callbackId);
    if (early) return void settle(id, early);
    wait(id, callbackId);
    setTimeout(() => giveUp(id, callbackId), PATIENCE_MILLISECONDS);
  } catch (error) {
    settle(id, null);
    toast(error.message, "bad");
  }
}

/** The bot answered a press: by the page, or by someone else's page (then it is not ours to show). */
export function answered(event) {
  answers.set(event.callback_query_id, event);
  for (const [id, callbackId] of pending) if (callbackId === event.callback_query_id) settle(id, event);
}

async function giveUp(id, callbackId) {
  if (pending.get(id) !== callbackId) return;
  const state = await api.callback(callbackId).catch(() => ({ answered: false }));
  settle(id, state.answered ? state : null);
  if (!state.answered) toast("The bot did not answer this button.", "bad");
}

function settle(id, answer) {
  pending.delete(id);
  draw(id);
  if (!answer?.text) return;
  const only = shownTo(answer);
  if (answer.show_alert) alertBox(answer.text, only);
  else toast(answer.text, "", null, only);
}

/** In a group the answer is for the one who pressed, whoever one is by now. */
function shownTo(answer) {
  const one = isGroup(chat(answer.chat_id)) && store.people.find((each) => each.user_id === answer.user_id);
  return one ? `Shown to ${fullName(one)} only` : null;
}

function wait(id, callbackId) {
  pending.set(id, callbackId);
  draw(id);
}

function draw(id) {
  const element = document.querySelector(`[data-key="${CSS.escape(id)}"]`);
  if (pending.has(id)) element?.setAttribute("aria-busy", "true");
  else element?.removeAttribute("aria-busy");
}
