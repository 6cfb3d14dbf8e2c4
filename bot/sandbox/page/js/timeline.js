// The messages of the chosen chat: drawn once each, drawn anew only when they change.

import { bubble, isOut, serviceText } from "./bubble.js";
import { h } from "./dom.js";
import { dayOf } from "./format.js";
import { contextMenu } from "./actions.js";
import { isShown } from "./membership.js";
import { redrawing } from "./redraw.js";
import { welcome } from "./welcome.js";
import { chat, listen, messagesOf, message as findMessage, store } from "./store.js";

const RUN_SECONDS = 300; // messages of one sender this close together stand as one run
const PAGE = 150;
const NEAR_PIXELS = 80;

const scroller = document.getElementById("scroller");
const list = document.getElementById("timeline");
const downButton = document.getElementById("to-bottom");
const drawn = new Map(); // message_id → {node, parts}
let shownChat = null;
let limit = PAGE;
let unread = 0;
let stuck = true;
const redraw = redrawing(list, draw);

export function start() {
  listen("messages", ({ chatId, messageId, isNew } = {}) => changed(chatId, messageId, isNew));
  for (const topic of ["current", "chats"]) listen(topic, redraw);
  scroller.addEventListener("scroll", scrolled, { passive: true });
  downButton.addEventListener("click", () => toBottom("smooth"));
  list.addEventListener("click", clicked);
  new ResizeObserver(() => stuck && toBottom()).observe(list);
  new ResizeObserver(() => stuck && toBottom()).observe(scroller);
}

function changed(chatId, messageId, isNew) {
  if (chatId !== undefined && chatId !== store.chatId) return;
  const view = messageId === undefined ? null : findMessage(chatId, messageId);
  if (isNew && view && isOut(view)) stuck = true;
  else if (isNew && !stuck) unread += 1;
  redraw();
}

function draw() {
  if (shownChat !== place()) begin();
  const current = chat();
  if (!current) return list.replaceChildren();
  const all = messagesOf(current.chat_id).filter((one) => !one.deleted && isShown(one, current));
  const shown = all.slice(-limit);
  const nodes = shown.length ? inAlbums(shown, (i) => entries(current, shown, i)) : [welcome(current)];
  if (all.length > shown.length) nodes.unshift(earlier());
  arrange(nodes);
  if (stuck) toBottom();
  showDown();
  list.setAttribute("aria-busy", "false");
}

const place = () => `${store.personId}:${store.chatId}:${store.threadId}`;

function begin() {
  shownChat = place();
  drawn.clear();
  limit = PAGE;
  unread = 0;
  stuck = true;
  list.setAttribute("aria-busy", "true"); // a whole chat is not read out, only what comes
  list.replaceChildren();
}

function entries(current, shown, i) {
  const view = shown[i];
  const day = dayOf(view.date * 1000);
  const newDay = i === 0 || dayOf(shown[i - 1].date * 1000) !== day;
  const first = newDay || !sameRun(shown[i - 1], view);
  const last = i === shown.length - 1 || !sameRun(view, shown[i + 1]);
  const node = nodeOf(current, view, first, last);
  return newDay ? [separator(day), node] : [node];
}

/** Neighbours of one album stand side by side in one frame. */
function inAlbums(shown, entriesOf) {
  const nodes = [];
  shown.forEach((view, i) => {
    const own = entriesOf(i);
    const id = view.media_group_id;
    const joins = id && (shown[i - 1]?.media_group_id === id || shown[i + 1]?.media_group_id === id);
    if (!joins) return void nodes.push(...own);
    const frame = albumFrame(id, isOut(view));
    const bubbles = own.filter((one) => one.tagName === "ARTICLE");
    nodes.push(...own.filter((one) => one.tagName !== "ARTICLE"));
    if (nodes.at(-1) !== frame) {
      frame.wanted = [];
      nodes.push(frame);
    }
    frame.wanted.push(...bubbles);
  });
  for (const frame of nodes.filter((one) => one.wanted)) fill(frame, frame.wanted);
  return nodes;
}

function albumFrame(id, out) {
  const known = drawn.get(`album-${id}`);
  if (known) return known.node;
  const node = h("div", { class: out ? "album out" : "album", role: "group", "aria-label": "Album" });
  drawn.set(`album-${id}`, { node, parts: [] });
  return node;
}

function sameRun(a, b) {
  return a.from?.id === b.from?.id && a.sender_chat?.id === b.sender_chat?.id && b.date - a.date < RUN_SECONDS && !serviceText(a) && !serviceText(b);
}

const separators = new Map();

function separator(day) {
  if (!separators.has(day)) separators.set(day, h("div", { class: "day", role: "separator", "aria-label": day }, h("span", {}, day)));
  return separators.get(day);
}

function nodeOf(current, view, first, last) {
  const target = view.reply_to_message && findMessage(current.chat_id, view.reply_to_message.message_id);
  const parts = [view, target, first, last];
  const known = drawn.get(view.message_id);
  if (known && known.parts.every((part, i) => part === parts[i])) return known.node;
  const node = bubble(current, view, { first, last, actions: (event) => contextMenu(event, current, view) });
  node.id = `message-${view.message_id}`;
  node.dataset.messageId = view.message_id;
  node.addEventListener("contextmenu", (event) => openMenu(event, current, view));
  if (!known) node.classList.add("arriving");
  else if ((view.edits ?? 0) > (known.parts[0].edits ?? 0)) node.classList.add("flash");
  drawn.set(view.message_id, { node, parts, replaces: known?.node });
  return node;
}

function openMenu(event, current, view) {
  // The browser's own menu stays for links and selected words.
  if (event.target.closest("a, video") || String(getSelection())) return;
  event.preventDefault();
  contextMenu(event, current, view);
}

/** Make the list hold exactly these nodes, touching only what differs (players go on playing). */
function arrange(nodes) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  const owner = focused?.closest("article")?.dataset.messageId;
  fill(list, nodes);
  if (focused && !focused.isConnected && owner) refocus(owner, key);
}

function fill(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of Array.from(parent.children)) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, i) => parent.children[i] !== node && parent.insertBefore(node, parent.children[i] ?? null));
}

/** The pressed button was redrawn under the finger: focus goes to its successor. */
function refocus(messageId, key) {
  const article = document.getElementById(`message-${messageId}`);
  const button = key && article?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (button || article)?.focus({ preventScroll: true });
}

function earlier() {
  const more = () => {
    const height = scroller.scrollHeight;
    limit += PAGE;
    draw();
    scroller.scrollTop += scroller.scrollHeight - height;
  };
  return h("button", { type: "button", class: "earlier", onclick: more }, "Show earlier messages");
}

function clicked(event) {
  const jump = event.target.closest("[data-jump]");
  if (jump) goTo(Number(jump.dataset.jump));
}

export function goTo(messageId) {
  const node = document.getElementById(`message-${messageId}`);
  if (!node) return;
  stuck = false;
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.remove("jumped");
  requestAnimationFrame(() => node.classList.add("jumped"));
  node.focus({ preventScroll: true });
}

function scrolled() {
  stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PIXELS;
  if (stuck) unread = 0;
  showDown();
}

function toBottom(behavior = "instant") {
  unread = 0;
  scroller.scrollTo({ top: scroller.scrollHeight, behavior });
}

function showDown() {
  downButton.hidden = stuck;
  downButton.querySelector(".count").textContent = unread || "";
  downButton.setAttribute("aria-label", unread ? `${unread} new, go to the newest message` : "Go to the newest message");
}
