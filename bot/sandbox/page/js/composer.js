// Where the person writes: text, replies, edits.

import * as api from "./api.js";
import { isOut } from "./bubble.js";
import { addressed, close as closeCommands, key as commandKey, suggest } from "./commands.js";
import { authorName, isAdministrator, isGroup, isMember, myName, topic } from "./membership.js";
import { sendOut } from "./outgoing.js";
import { toast } from "./overlays.js";
import { chat, listen, messagesOf, putChat, putMessage, store } from "./store.js";
import { summary } from "./summary.js";

const form = document.getElementById("composer");
const field = document.getElementById("message-text");
const bar = document.getElementById("context-bar");
const blocked = document.getElementById("blocked");
const TALLEST_PIXELS = 180;
const drafts = new Map(); // "person:chat" → text not sent yet
let context = null; // {kind: "reply" | "edit", message}
let shown = null;

export function start() {
  form.addEventListener("submit", (event) => (event.preventDefault(), submit()));
  field.addEventListener("input", changed);
  field.addEventListener("keydown", keyed);
  document.getElementById("context-close").addEventListener("click", leaveContext);
  document.getElementById("unblock").addEventListener("click", () => barrier()?.run());
  document.getElementById("timeline").addEventListener("click", command);
  for (const topic of ["current", "chats"]) listen(topic, showChat);
}

/** A command inside a message is a button that sends it; in a group it names the bot. */
function command(event) {
  const words = event.target.closest("[data-command]")?.dataset.command;
  if (words) sendOut({ kind: "text", text: addressed(words) });
}

function showChat() {
  const key = `${store.personId}:${store.chatId}:${store.threadId}`;
  if (key !== shown) {
    if (shown && context?.kind !== "edit") drafts.set(shown, field.value);
    shown = key;
    leaveContext();
    write(drafts.get(key) ?? "");
  }
  const stop = barrier();
  form.hidden = Boolean(stop) || !chat();
  blocked.hidden = !stop;
  if (stop) {
    blocked.querySelector("span").textContent = stop.text;
    const button = document.getElementById("unblock");
    button.textContent = stop.verb ?? "";
    button.hidden = !stop.verb;
  }
  grow();
}

/** Why this person cannot write here, and the one thing to do about it. */
function barrier() {
  const current = chat();
  if (!current) return null;
  if (current.blocked) return { text: "You have blocked this bot.", verb: "Unblock", run: () => block(false) };
  if (!isGroup(current)) return null;
  if (!isMember(current)) return { text: `${myName()} is not in this group.`, verb: "Join", run: join };
  const shown = topic(current);
  if (shown?.closed && !isAdministrator(current)) return { text: "This topic is closed; only administrators write here.", verb: null, run: () => {} };
  return null;
}

async function join() {
  try {
    putChat(await api.join(store.chatId, store.personId));
  } catch (error) {
    toast(error.message, "bad");
  }
}

export async function block(on) {
  try {
    await (on ? api.block : api.unblock)(store.chatId, store.personId);
    const current = chat();
    if (current) current.blocked = on;
    showChat();
  } catch (error) {
    toast(error.message, "bad");
  }
}

export function write(text) {
  field.value = text;
  changed();
}

export const focusField = () => field.focus();

function changed() {
  grow();
  form.classList.toggle("has-text", field.value.trim() !== "" || context?.kind === "edit");
  suggest(field.value, choose);
}

/** As tall as the text; measured only while it is shown (hidden, it has no height). */
function grow() {
  field.style.height = "auto";
  if (field.scrollHeight) field.style.height = `${Math.min(field.scrollHeight, TALLEST_PIXELS)}px`;
}

function choose(words, andSend) {
  write(words);
  field.focus();
  if (andSend) submit();
}

function keyed(event) {
  if (event.isComposing) return; // an input method is still choosing characters
  if (commandKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && context) leaveContext();
  else if (event.key === "ArrowUp" && field.value === "" && !context) editLast(event);
}

function editLast(event) {
  const last = messagesOf(store.chatId).findLast((one) => isOut(one) && one.text && !one.deleted);
  if (!last) return;
  event.preventDefault();
  edit(last);
}

async function submit() {
  const text = field.value.trim();
  if (!text) return;
  closeCommands();
  const was = context;
  leaveContext();
  write("");
  drafts.delete(shown);
  const done = was?.kind === "edit" ? await saveEdit(was.message, text) : await sendOut({ kind: "text", text, reply_to_message_id: was?.message.message_id });
  if (!done && field.value === "") write(text);
}

async function saveEdit(message, text) {
  const chatId = store.chatId;
  try {
    const answer = await api.edit(chatId, message.message_id, message.text ? { text } : { caption: text });
    if (answer?.message) putMessage(chatId, answer.message);
    return true;
  } catch (error) {
    toast(error.message, "bad");
    return false;
  }
}

/** `placeholder`: what the bot wishes for, shown in the empty field. */
export function reply(message, placeholder) {
  enter("reply", message, message.from?.id === store.personId ? "Reply to yourself" : `Reply to ${authorName(message)}`);
  field.placeholder = placeholder || "Message";
}

export function edit(message) {
  enter("edit", message, "Edit message");
  write(message.text ?? message.caption ?? "");
}

/** The message a sound or photo answers, if one was chosen; asking uses it up. */
export function takeReply() {
  const id = context?.kind === "reply" ? context.message.message_id : undefined;
  if (id) leaveContext();
  return id;
}

function enter(kind, message, heading) {
  if (context?.kind === "edit") write("");
  context = { kind, message };
  bar.hidden = false;
  bar.querySelector("b").textContent = heading;
  bar.querySelector("span").textContent = summary(message);
  changed();
  field.focus();
}

function leaveContext() {
  const wasEdit = context?.kind === "edit";
  context = null;
  field.placeholder = "Message";
  bar.hidden = true;
  if (wasEdit) write("");
}
