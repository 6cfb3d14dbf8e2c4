// What somebody may do in a chat, as far as the page has to know.

import { chat, person, store } from "./store.js";

export const isGroup = (one = chat()) => Boolean(one) && one.type !== "private";
export const isMember = (one = chat(), userId = store.personId) => Boolean(one?.members?.includes(userId));
export const isAdministrator = (one = chat(), userId = store.personId) => Boolean(one?.administrators?.includes(userId));

/** The topic of the chosen forum that is shown; null for a chat without topics. */
export function topic(one = chat()) {
  if (!one?.is_forum) return null;
  return topicsOf(one).find((each) => each.message_thread_id === store.threadId) ?? general(one);
}

export const GENERAL = 1; // the topic every forum has; its messages carry no thread

const general = (one) => ({ message_thread_id: GENERAL, name: "General", closed: one.general_closed });

export const topicsOf = (one) => [general(one), ...(one.topics ?? [])];

/** Whether a message stands in the topic that is shown. */
export function isShown(message, one = chat()) {
  const current = topic(one);
  if (!current) return true;
  const thread = message.is_topic_message ? message.message_thread_id : GENERAL;
  return thread === current.message_thread_id;
}

/** Where what is written now goes. */
export function placeFields(one = chat()) {
  const current = topic(one);
  return current && current.message_thread_id !== GENERAL ? { message_thread_id: current.message_thread_id } : {};
}

/** Who is written as: oneself, the group (a hidden administrator), or a channel. */
export function senderFields(one = chat()) {
  if (!isGroup(one)) return {};
  if (store.sendAs === "anonymous" && isAdministrator(one)) return { anonymous: true };
  if (store.sendAs === "channel") return { channel: "News" };
  if (store.sendAs === "linked") return { linked_channel: "News" };
  return {};
}

/** The name a message is written under. */
export function authorName(message) {
  if (message.sender_chat) return message.sender_chat.title;
  const { first_name: first, last_name: last } = message.from ?? {};
  return [first, last].filter(Boolean).join(" ") || "Someone";
}

export const myName = () => person()?.first_name ?? "You";
