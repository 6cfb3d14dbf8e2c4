// What can be done with one message: the context menu.

import * as api from "./api.js";
import { isOut } from "./bubble.js";
import { edit, reply } from "./composer.js";
import { icon, h } from "./dom.js";
import { fullName } from "./format.js";
import { sendOut } from "./outgoing.js";
import { dialog, menu, toast } from "./overlays.js";
import { chatsOf, markDeleted, person, store } from "./store.js";
import { title } from "./titles.js";

const FILE_KINDS = ["photo", "video", "video_note", "voice", "audio", "document", "sticker"];

export function contextMenu(event, chat, message) {
  const out = isOut(message);
  const text = message.text ?? message.caption;
  const updateId = store.updates.get(`${chat.chat_id}:${message.message_id}`);
  const items = [
    { icon: icon("reply"), label: "Reply", run: () => reply(message) },
    text && { icon: icon("copy"), label: "Copy text", run: () => copy(text) },
    out && text && { icon: icon("edit"), label: "Edit", run: () => edit(message) },
    { icon: icon("forward"), label: "Forward", run: () => chooseTarget(message) },
    updateId && { icon: icon("repeat"), label: "Deliver to the bot again", run: () => again(updateId) },
    out && { icon: icon("trash"), label: "Delete", danger: true, run: () => remove(chat, message) },
  ];
  menu(event, items, "Message actions");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser did not allow copying.", "bad");
  }
}

async function again(updateId) {
  try {
    await api.repeat(updateId);
    toast("Delivered a second time, as Telegram sometimes does.");
  } catch (error) {
    toast(error.message, "bad");
  }
}

async function remove(chat, message) {
  try {
    await api.remove(chat.chat_id, message.message_id);
    markDeleted(chat.chat_id, message.message_id);
  } catch (error) {
    toast(error.message, "bad");
  }
}

function chooseTarget(message) {
  const targets = chatsOf(store.personId);
  if (targets.length === 1) return void forward(message, targets[0]);
  const buttons = targets.map((target) => h("button", { type: "button", class: "row-button", onclick: () => (box.close(), forward(message, target)) }, title(target)));
  const box = dialog([h("h2", {}, "Forward to…"), h("div", { class: "rows" }, buttons)], { label: "Forward to", className: "small" });
}

async function forward(message, target) {
  const from = isOut(message) ? fullName(person()) : fullName(message.from);
  const kind = FILE_KINDS.find((name) => message[name]);
  const fields = { kind: kind ?? "text", text: message.text, caption: message.caption, forward_from_name: from };
  if (kind) {
    const file = Array.isArray(message[kind]) ? message[kind].at(-1) : message[kind];
    const answer = await fetch(api.fileUrl(file.file_id)).catch(() => null);
    if (!answer?.ok) return toast("This file is no longer there.", "bad");
    fields.file = await answer.blob();
    fields.file_name = file.file_name ?? `${kind}.${extension(fields.file.type)}`;
    fields.mime_type = fields.file.type || undefined;
  }
  if (await sendOut(fields, target.chat_id)) toast("Forwarded");
}

const extension = (type) => ({ "image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "audio/ogg": "ogg", "audio/mpeg": "mp3" })[type] ?? "bin";
