// What a chat is called, and what it looks like in a list.

import { h, icon } from "./dom.js";
import { fullName, initials, tint } from "./format.js";
import { store } from "./store.js";

/** A private chat bears the bot's name, a group its own. */
export function title(chat) {
  if (chat.type !== "private") return chat.title ?? "Group";
  return store.bot ? fullName(store.bot) : "The bot";
}

export function avatar(chat) {
  if (chat.type === "private") return h("span", { class: "avatar bot", "aria-hidden": "true" }, icon("face"));
  return h("span", { class: `avatar tint-${tint(chat.chat_id)}`, "aria-hidden": "true" }, initials(title(chat)));
}

export function personAvatar(person) {
  return h("span", { class: `avatar tint-${tint(person.user_id)}`, "aria-hidden": "true" }, initials(fullName(person)));
}
