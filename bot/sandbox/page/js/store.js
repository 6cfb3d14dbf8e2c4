// What the page knows. Rooms read it, change it through its functions, and listen for topics:
// people, chats, messages, actions, faults, calls, provider, settings, connection, current.
// "settings" are those of either server.

import * as api from "./api.js";

const ACTION_MILLISECONDS = 5000; // Telegram shows a chat action for five seconds
const CALLS_KEPT = 500;
const listeners = new Map();
let changes = 0; // of what refresh() reads

export const store = {
  bot: null,
  people: [],
  chats: [],
  messages: new Map(), // chat_id → Map(message_id → MessageView)
  updates: new Map(), // "chat:message" → update_id, of what this page sent
  unread: new Map(), // chat_id → messages that came while another chat was shown
  actions: new Map(), // chat_id → {action, until}
  faults: [],
  botCalls: [],
  providerCalls: [],
  provider: null, // settings of the video service, if it is served here as well
  tasks: new Map(), // task_id → {status, progress}
  connection: "connecting",
  lastEvent: 0, // the newest event that the snapshot already contains
  personId: null,
  chatId: null,
  threadId: null, // the topic shown in a forum; null or GENERAL is the one every forum has
  sendAs: null, // null, or in a group: anonymous, channel, linked
  settings: { privacy_mode: true }, // of the local Telegram
};

export function listen(topic, react) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(react);
}

export function tell(topic, details) {
  for (const react of listeners.get(topic) ?? []) react(details);
}

export const person = () => store.people.find((one) => one.user_id === store.personId) ?? null;
export const chat = (chatId = store.chatId) => store.chats.find((one) => one.chat_id === chatId) ?? null;
/** A person's own chat, and every group: those that one is not in can be joined. */
export const chatsOf = (personId) => store.chats.filter((one) => (one.type === "private" ? one.chat_id === personId : !one.migrated_to));
export const messagesOf = (chatId) => Array.from(store.messages.get(chatId)?.values() ?? []).sort((a, b) => a.message_id - b.message_id);
export const message = (chatId, messageId) => store.messages.get(chatId)?.get(messageId) ?? null;

/** Everything anew from the server: at the start, and after the sandbox was started anew. */
export async function load() {
  const fresh = await api.state();
  const histories = await Promise.all(fresh.chats.map((one) => api.messages(one.chat_id)));
  store.bot = fresh.bot;
  store.people = fresh.people;
  store.chats = fresh.chats;
  store.faults = fresh.faults ?? [];
  store.messages = new Map(fresh.chats.map((one, i) => [one.chat_id, new Map(histories[i].map((view) => [view.message_id, view]))]));
  setSettings(fresh.settings);
  store.lastEvent = fresh.last_event ?? 0;
  for (const topic of ["people", "chats", "faults"]) tell(topic);
  tell("messages", {});
}

/** The small facts anew, messages left as they are. */
export async function refresh() {
  const fresh = await undisturbed(api.state);
  store.bot = fresh.bot;
  store.people = fresh.people;
  store.chats = fresh.chats;
  for (const topic of ["people", "chats"]) tell(topic);
  setSettings(fresh.settings);
  setFaults(fresh.faults ?? []);
}

/** An answer that nothing overtook: a group made while the answer was on its way is not in it. */
async function undisturbed(ask) {
  for (;;) {
    const before = changes;
    const answer = await ask();
    if (changes === before) return answer;
  }
}

/** Forget what only events told, before they are told again. */
export function forgetHistory() {
  store.botCalls = [];
  store.providerCalls = [];
  store.tasks.clear();
  store.actions.clear();
  tell("calls");
  tell("provider");
}

export function setSettings(settings) {
  changes += 1;
  if (settings) store.settings = settings;
  tell("settings");
}

/** Be somebody; the chat that is shown stays if it is a group. */
export function choosePerson(personId, chatId = store.chatId) {
  store.personId = personId;
  store.sendAs = null;
  const own = chatsOf(personId);
  const wanted = own.find((one) => one.chat_id === chatId) ?? own.find((one) => one.chat_id === personId) ?? own[0];
  if (wanted?.chat_id !== store.chatId) store.threadId = null;
  store.chatId = wanted?.chat_id ?? null;
  remember();
  tell("current");
}

export function chooseChat(chatId) {
  store.chatId = chatId;
  store.threadId = null;
  store.sendAs = null;
  remember();
  tell("current");
}

export function chooseTopic(threadId) {
  store.threadId = threadId;
  tell("current");
}

export function chooseSendAs(sendAs) {
  store.sendAs = sendAs;
  tell("current");
}

function remember() {
  localStorage.setItem("person", String(store.personId));
  localStorage.setItem("chat", String(store.chatId));
}

export function setConnection(connection) {
  store.connection = connection;
  tell("connection");
}

export function putPerson(one) {
  put(store.people, one, "user_id");
  tell("people");
}

export function putChat(one) {
  put(store.chats, one, "chat_id");
  if (one.migrated_to && one.chat_id === store.chatId && chat(one.migrated_to)) chooseChat(one.migrated_to);
  tell("chats");
}

function put(list, one, key) {
  changes += 1;
  const at = list.findIndex((other) => other[key] === one[key]);
  if (at < 0) list.push(one);
  else list[at] = one;
}

/** Keep the newer of two states of a message: an answer and an event may arrive in either order. */
export function putMessage(chatId, view) {
  if (!store.messages.has(chatId)) store.messages.set(chatId, new Map());
  const known = store.messages.get(chatId).get(view.message_id);
  if (known && ((known.edits ?? 0) > (view.edits ?? 0) || (known.deleted && !view.deleted))) return;
  if (!known && view.from?.is_bot) clearAction(chatId);
  store.messages.get(chatId).set(view.message_id, view);
  tell("messages", { chatId, messageId: view.message_id, isNew: !known });
}

export function markDeleted(chatId, messageId) {
  const view = message(chatId, messageId);
  if (!view) return;
  store.messages.get(chatId).set(messageId, { ...view, deleted: true });
  tell("messages", { chatId, messageId });
}

export function putAction(chatId, action, at) {
  const until = at + ACTION_MILLISECONDS;
  const left = until - Date.now();
  if (left <= 0) return;
  store.actions.set(chatId, { action, until });
  tell("actions");
  setTimeout(() => store.actions.get(chatId)?.until === until && clearAction(chatId), left);
}

function clearAction(chatId) {
  if (store.actions.delete(chatId)) tell("actions");
}

function setFaults(faults) {
  changes += 1;
  store.faults = faults;
  tell("faults");
}

export function putCall(side, event) {
  const calls = side === "bot" ? store.botCalls : store.providerCalls;
  calls.unshift({ ...event.call, key: event.n, at_milliseconds: event.at_milliseconds });
  if (calls.length > CALLS_KEPT) calls.length = CALLS_KEPT;
  tell("calls", { side, call: calls[0] });
}

export function putTask(event) {
  store.tasks.set(event.task_id, { status: event.status, progress: event.progress ?? 0 });
  tell("provider");
}
