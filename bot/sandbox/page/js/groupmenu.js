// About a group: what the bot sees and may do, who is in it, and what can happen to it.

import * as api from "./api.js";
import { h } from "./dom.js";
import { fullName } from "./format.js";
import { isAdministrator, isMember } from "./membership.js";
import { dialog, toast } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { chat, listen, putChat, setSettings, store } from "./store.js";
import { personAvatar, title } from "./titles.js";

const SLOW_SECONDS = 30;
const STANDINGS = [
  { value: "member", label: "Member" },
  { value: "administrator", label: "Administrator" },
  { value: "kicked", label: "Not here" },
];

let box = null;
let redraw = () => {}; // of the box that is open

export function start() {
  document.getElementById("group-button").addEventListener("click", open);
  for (const topic of ["chats", "people", "settings"]) listen(topic, () => redraw());
}

export function open() {
  if (!chat() || chat().type === "private") return;
  box = dialog(content(chat()), { label: "About this group", className: "group", onclose: () => (box = null) });
  redraw = redrawing(box, draw);
}

function draw() {
  if (!box || !chat()) return;
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.field : null;
  const { scrollTop } = box;
  box.replaceChildren(...content(chat()));
  box.scrollTop = scrollTop;
  if (focused) box.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function apply(change) {
  try {
    const answer = await change();
    if (answer?.chat_id) putChat(answer);
  } catch (error) {
    toast(error.message, "bad");
  }
  redraw();
}

function content(one) {
  return [
    h("h2", { dir: "auto" }, title(one)),
    section("What the bot sees", [privacy(), captions(), standing(one)], seen(one)),
    section("What is allowed", rules(one)),
    people(one),
    one.type === "group" && h("button", { type: "button", class: "button soft", dataset: { field: "migrate" }, onclick: () => apply(() => api.migrate(one.chat_id)) }, "Make it a supergroup"),
    h("div", { class: "dialog-buttons" }, h("button", { type: "button", class: "button primary", dataset: { field: "close" }, onclick: () => box.close() }, "Done")),
  ].filter(Boolean);
}

function section(heading, children, note = null) {
  return h("section", { class: "group-section" }, h("h3", {}, heading), children, note && h("p", { class: "group-note" }, note));
}

function toggle(field, label, hint, checked, change) {
  const input = h("input", { type: "checkbox", role: "switch", class: "plain", dataset: { field }, checked, onchange: (event) => apply(() => change(event.target.checked)) });
  return h("label", { class: "switch-row" }, h("span", {}, h("b", {}, label), h("small", {}, hint)), input);
}

function privacy() {
  const change = async (on) => setSettings(await api.settings({ privacy_mode: on }));
  return toggle("privacy", "Privacy mode", "Telegram's usual way with bots; for all groups.", store.settings.privacy_mode, change);
}

function captions() {
  if (!store.settings.privacy_mode) return null;
  const change = async (on) => setSettings(await api.settings({ caption_commands_pass: on }));
  return toggle("captions", "Photos captioned with a command pass", "Telegram does not say whether they do.", store.settings.caption_commands_pass, change);
}

function standing(one) {
  const change = (event) => apply(() => api.changeMember(one.chat_id, "bot", { status: event.target.value }));
  const current = { left: "kicked", restricted: "member" }[one.bot?.status] ?? one.bot?.status;
  const radios = STANDINGS.map(({ value, label }) => h("label", {}, h("input", { type: "radio", name: "bot-standing", dataset: { field: `bot-${value}` }, value, checked: current === value }), h("span", {}, label)));
  return h("fieldset", { class: "choice", onchange: change }, h("legend", {}, "The bot is"), h("div", { class: "segments" }, radios));
}

/** In words, what reaches the bot now. */
function seen(one) {
  if (one.bot_removed) return "The bot is not in this group and gets nothing.";
  if (one.bot?.status === "administrator") return "As an administrator the bot gets every message.";
  if (!store.settings.privacy_mode) return "Without privacy mode the bot gets every message.";
  return "The bot gets commands that name it, answers to its own messages, presses of its buttons, and who comes and goes. Anything else is marked “not seen by the bot”.";
}

function rules(one) {
  const videos = one.permissions?.can_send_videos !== false;
  const slow = one.slow_mode_seconds > 0;
  return [
    toggle("videos", "Members may send videos", "Off: the bot cannot send its result, unless it is an administrator.", videos, (on) => api.changeChat(one.chat_id, { permissions: { can_send_videos: on } })),
    one.type === "supergroup" && toggle("slow", "Slow mode", `One message each ${SLOW_SECONDS} seconds.`, slow, (on) => api.changeChat(one.chat_id, { slow_mode_seconds: on ? SLOW_SECONDS : 0 })),
  ];
}

function people(one) {
  const rows = store.people.map((each) => personRow(one, each));
  return h("section", { class: "group-section" }, h("h3", {}, "People"), h("ul", { class: "group-people" }, rows));
}

function personRow(one, each) {
  const inside = isMember(one, each.user_id);
  const what = one.standings?.[each.user_id];
  const role = !inside ? "not in the group" : what === "creator" ? "owner" : what === "administrator" ? "administrator" : "member";
  const name = fullName(each);
  const act = (label, run, danger = false) => h("button", { type: "button", class: danger ? "button danger" : "button", dataset: { field: `${label}-${each.user_id}` }, "aria-label": `${label}: ${name}`, onclick: () => apply(run) }, label);
  const buttons = [];
  if (!inside) buttons.push(act("Add", () => api.join(one.chat_id, each.user_id)));
  else if (what !== "creator") {
    const promoted = isAdministrator(one, each.user_id);
    buttons.push(act(promoted ? "Demote" : "Promote", () => api.changeMember(one.chat_id, each.user_id, { status: promoted ? "member" : "administrator" })));
    buttons.push(act("Remove", () => api.leave(one.chat_id, each.user_id, true), true));
  }
  return h("li", {}, personAvatar(each), h("span", { class: "person-words" }, h("b", {}, h("bdi", {}, name)), h("small", {}, role)), h("span", { class: "group-acts" }, buttons));
}
