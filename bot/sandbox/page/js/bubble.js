// One message as the person sees it.

import { h, icon, iconButton } from "./dom.js";
import { isOnlyEmoji, render } from "./entities.js";
import { fullName, timeOfDay, tint } from "./format.js";
import { keyboard } from "./keyboard.js";
import { media } from "./media.js";
import { authorName } from "./membership.js";
import { message as findMessage, store } from "./store.js";
import { summary } from "./summary.js";

const SERVICE = {
  new_chat_members: (m) => (m.new_chat_members[0].id === m.from?.id ? `${fullName(m.from)} joined` : `${fullName(m.from)} added ${m.new_chat_members.map(fullName).join(", ")}`),
  left_chat_member: (m) => (m.left_chat_member.id === m.from?.id ? `${fullName(m.from)} left` : `${fullName(m.from)} removed ${fullName(m.left_chat_member)}`),
  new_chat_title: (m) => `The group is now called ${m.new_chat_title}`,
  group_chat_created: () => "Group created",
  supergroup_chat_created: () => "Group created",
  migrate_to_chat_id: () => "This group became a supergroup",
  migrate_from_chat_id: () => "This group was a basic group before",
  forum_topic_created: (m) => `Topic created: ${m.forum_topic_created.name}`,
  forum_topic_closed: () => "Topic closed",
  forum_topic_reopened: () => "Topic reopened",
  pinned_message: (m) => `${fullName(m.from)} pinned a message`,
};

/** The words of a service message, or null for an ordinary one. */
export function serviceText(message) {
  const kind = Object.keys(SERVICE).find((name) => message[name] !== undefined);
  return kind ? SERVICE[kind](message) : null;
}

export const isOut = (message) => message.from?.id === store.personId;

/** The bubble; `position` says where it stands in a run of one sender: first, last. */
export function bubble(chat, message, { first, last, actions }) {
  const service = serviceText(message);
  if (service) return h("div", { class: "service", role: "note" }, service);
  const out = isOut(message);
  const classes = ["bubble", out ? "out" : "in", first && "first", last && "last", bare(message) && "bare"];
  const who = out ? "You" : authorName(message);
  const foot = footer(message);
  const body = content(chat, message, first && !out, foot);
  return h(
    "article",
    { class: classes.filter(Boolean).join(" "), tabindex: -1, "aria-label": `${who}, ${timeOfDay(message.date * 1000)}: ${summary(message)}${isUnseen(message) ? `. ${UNSEEN}` : ""}` },
    h("div", { class: "balloon" }, body),
    keyboard(chat.chat_id, message),
    iconButton("dots", "Message actions", (event) => actions(event, message), { class: "more", "aria-haspopup": "menu" }),
  );
}

const UNSEEN = "not seen by the bot";
const isUnseen = (message) => Boolean(message.unseen);

function bare(message) {
  if (isUnseen(message)) return false;
  if (message.reply_to_message || message.forward_origin) return false;
  return Boolean(message.sticker || message.video_note || (message.text && !message.entities && isOnlyEmoji(message.text)));
}

function content(chat, message, named, foot) {
  const inGroup = chat.type !== "private";
  return [
    named && inGroup && h("div", { class: `sender tint-${tint(message.sender_chat?.id ?? message.from?.id)}`, dir: "auto" }, authorName(message)),
    message.forward_origin && !message.is_automatic_forward && forwarded(message.forward_origin),
    message.reply_to_message && !message.reply_to_message.forum_topic_created && quote(chat, message),
    ...media(chat.chat_id, message),
    words(message, foot) ?? foot,
  ];
}

function forwarded(origin) {
  const name = origin.sender_user_name ?? fullName(origin.sender_user ?? origin.sender_chat ?? origin.chat);
  return h("div", { class: "forwarded" }, icon("forward"), h("span", {}, "Forwarded from ", h("b", {}, name)));
}

function quote(chat, message) {
  const { message_id: id } = message.reply_to_message;
  const target = findMessage(chat.chat_id, id) ?? message.reply_to_message;
  const who = target.from?.id === store.personId ? "You" : authorName(target);
  const picture = target.photo?.[0] ?? target.video?.thumbnail;
  return h(
    "button",
    { type: "button", class: "quote", dataset: { jump: id }, "aria-label": `In reply to ${who}: ${summary(target)}. Go to it` },
    picture && !target.deleted ? h("img", { src: `/sim/files/${encodeURIComponent(picture.file_id)}`, alt: "" }) : null,
    h("span", { class: "quote-words" }, h("b", {}, who), h("span", {}, target.deleted ? "Deleted message" : (message.quote?.text ?? summary(target)))),
  );
}

/** The foot stands inside the text, so that it shares the last line when there is room. */
function words(message, foot) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  const large = message.text && !message.entities && isOnlyEmoji(text);
  const entities = message.text ? message.entities : message.caption_entities;
  return h("div", { class: large ? "text large" : "text", dir: "auto" }, render(text, entities), foot);
}

function footer(message) {
  const edited = message.edit_date || message.edits > 0;
  const date = new Date(message.date * 1000);
  return h(
    "span",
    { class: "meta" },
    isUnseen(message) ? h("span", { class: "unseen", title: "Privacy mode: the bot did not get this message." }, UNSEEN) : null,
    edited ? h("span", { class: "edited" }, "edited") : null,
    h("time", { datetime: date.toISOString(), title: date.toLocaleString("en-GB") }, timeOfDay(date.getTime())),
    isOut(message) ? icon("check") : null,
  );
}
