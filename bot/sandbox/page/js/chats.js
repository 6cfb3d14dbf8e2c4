// The conversation list of the chosen person, and the head of the chosen chat.

import * as api from "./api.js";
import { isOut, serviceText } from "./bubble.js";
import { block } from "./composer.js";
import { h, icon } from "./dom.js";
import { dayOf, timeOfDay } from "./format.js";
import { authorName, isGroup, isMember, myName } from "./membership.js";
import { open as openGroup } from "./groupmenu.js";
import { confirmBox, menu, toast } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { chat, chatsOf, chooseChat, listen, messagesOf, putChat, store } from "./store.js";
import { summary } from "./summary.js";
import { avatar, title } from "./titles.js";

const list = document.getElementById("chats");
const head = document.getElementById("chat-head");
const page = document.getElementById("page");

const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a photo",
  record_video: "recording a video",
  upload_video: "sending a video",
  record_voice: "recording a voice message",
  upload_voice: "sending a voice message",
  upload_document: "sending a file",
  choose_sticker: "choosing a sticker",
  find_location: "looking for a place",
  record_video_note: "recording a round video",
  upload_video_note: "sending a round video",
};

export function start() {
  for (const topic of ["current", "chats", "people", "actions", "settings"]) listen(topic, draw);
  listen("messages", ({ chatId, isNew } = {}) => {
    if (isNew && chatId !== store.chatId) store.unread.set(chatId, (store.unread.get(chatId) ?? 0) + 1);
    draw();
  });
  listen("connection", redrawHead);
  document.getElementById("back").addEventListener("click", () => (page.dataset.view = "list"));
  document.getElementById("chat-menu").addEventListener("click", openMenu);
}

const redrawList = redrawing(list, drawList);
const redrawHead = redrawing(head, drawHead);

function draw() {
  redrawList();
  redrawHead();
}

function drawList() {
  store.unread.delete(store.chatId);
  const focused = document.activeElement?.dataset?.chat;
  const chats = chatsOf(store.personId).map((one) => ({ one, last: messagesOf(one.chat_id).findLast((message) => !message.deleted) }));
  chats.sort((a, b) => (b.last?.date ?? 0) - (a.last?.date ?? 0));
  list.replaceChildren(...chats.map(({ one, last }) => row(one, last)));
  if (focused) list.querySelector(`[data-chat="${focused}"]`)?.focus();
}

function row(one, last) {
  const open = () => {
    chooseChat(one.chat_id);
    page.dataset.view = "chat";
  };
  const count = store.unread.get(one.chat_id);
  const chosen = one.chat_id === store.chatId;
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "chat-row", dataset: { chat: one.chat_id }, "aria-current": chosen ? "true" : null, onclick: open },
      avatar(one),
      h("span", { class: "chat-row-top" }, h("b", { dir: "auto" }, title(one)), last && h("time", {}, when(last))),
      h("span", { class: "chat-row-bottom" }, preview(one, last), count ? h("span", { class: "count", "aria-label": `${count} new` }, count) : null),
    ),
  );
}

function when(message) {
  const at = message.date * 1000;
  return dayOf(at) === "Today" ? timeOfDay(at) : dayOf(at);
}

function preview(one, last) {
  const doing = actionText(one.chat_id);
  if (doing) return h("span", { class: "preview doing" }, doing);
  if (one.blocked) return h("span", { class: "preview" }, "Bot blocked");
  if (isGroup(one) && !isMember(one)) return h("span", { class: "preview" }, "You are not in this group");
  if (!last) return h("span", { class: "preview" }, "No messages yet");
  const said = serviceText(last);
  if (said) return h("span", { class: "preview", dir: "auto" }, said);
  const who = isOut(last) ? "You: " : one.type === "private" ? "" : `${authorName(last)}: `;
  return h("span", { class: "preview", dir: "auto" }, h("span", { class: "who" }, who), summary(last).replace(/\s+/g, " "));
}

function actionText(chatId) {
  const action = store.actions.get(chatId);
  return action ? `${ACTIONS[action.action] ?? action.action.replaceAll("_", " ")}…` : null;
}

const CONNECTIONS = { connecting: "connecting…", disconnected: "sandbox not reachable, trying again…", reconnecting: "connecting again…" };

function drawHead() {
  const current = chat();
  document.getElementById("chat-title").textContent = current ? title(current) : "Talking Photo";
  document.getElementById("chat-avatar").replaceChildren(current ? avatar(current) : "");
  const doing = current && actionText(current.chat_id);
  const subtitle = document.getElementById("chat-subtitle");
  const text = CONNECTIONS[store.connection] ?? doing ?? about(current);
  if (subtitle.textContent !== text) subtitle.textContent = text;
  subtitle.classList.toggle("doing", store.connection === "connected" && Boolean(doing));
  page.dataset.connection = store.connection;
  document.getElementById("group-button").hidden = !isGroup(current);
}

function about(current) {
  if (!current) return "";
  if (isGroup(current)) return aboutGroup(current);
  if (current.blocked) return "blocked";
  return store.bot ? `@${store.bot.username ?? "bot"} · bot` : "waiting for a bot…";
}

function aboutGroup(current) {
  const count = (current.members?.length ?? 0) + (current.bot_removed ? 0 : 1);
  const bot = current.bot_removed ? "no bot" : current.bot?.status === "administrator" ? "the bot is an administrator" : store.settings.privacy_mode ? "privacy mode on" : "privacy mode off";
  return `${count} ${count === 1 ? "member" : "members"} · ${bot}`;
}

async function leaveGroup() {
  try {
    putChat(await api.leave(store.chatId, store.personId));
  } catch (error) {
    toast(error.message, "bad");
  }
}

function openMenu(event) {
  const current = chat();
  const isPrivate = current?.type === "private";
  const items = [
    isPrivate && !current.blocked && { icon: icon("block"), label: "Block bot", danger: true, run: () => block(true) },
    isPrivate && current.blocked && { icon: icon("block"), label: "Unblock bot", run: () => block(false) },
    isGroup(current) && { icon: icon("people"), label: "About this group…", run: openGroup },
    isGroup(current) && isMember(current) && { icon: icon("block"), label: `Leave the group, ${myName()}`, danger: true, run: leaveGroup },
    { icon: icon("trash"), label: "Forget everything…", danger: true, run: () => confirmBox("Forget all people, chats, messages and faults of this sandbox?", "Forget everything", forget) },
  ];
  menu(event, items, "Chat menu");
}

async function forget() {
  try {
    if (store.provider) await api.provider.reset();
    await api.reset(); // the event about it makes every open page begin anew
  } catch (error) {
    toast(error.message, "bad");
  }
}
