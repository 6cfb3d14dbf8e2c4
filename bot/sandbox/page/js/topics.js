// The topics of a forum: a row of them under the chat's head, with opening and closing.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { GENERAL, isAdministrator, topic, topicsOf } from "./membership.js";
import { dialog, toast } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { chat, chooseTopic, listen, store } from "./store.js";

const strip = document.getElementById("topics");
const redraw = redrawing(strip, draw);

export function start() {
  for (const name of ["current", "chats"]) listen(name, redraw);
}

function draw() {
  const current = chat();
  strip.hidden = !current?.is_forum;
  if (strip.hidden) return strip.replaceChildren();
  const focused = strip.contains(document.activeElement) ? document.activeElement.dataset.topic : null;
  strip.replaceChildren(...topicsOf(current).map((one) => button(current, one)), newButton(), ...closing(current));
  strip.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focused) strip.querySelector(`[data-topic="${focused}"]`)?.focus();
}

function button(current, one) {
  const chosen = topic(current).message_thread_id === one.message_thread_id;
  return h(
    "button",
    { type: "button", class: "topic", dataset: { topic: one.message_thread_id }, "aria-current": chosen ? "true" : null, onclick: () => chooseTopic(one.message_thread_id) },
    h("span", { dir: "auto" }, one.name),
    one.closed ? h("small", {}, "closed") : null,
  );
}

function newButton() {
  return h("button", { type: "button", class: "topic quiet-topic", dataset: { topic: "new" }, onclick: ask }, icon("plus"), h("span", {}, "New topic"));
}

/** Administrators close and reopen the topic that is shown. */
function closing(current) {
  if (!isAdministrator(current)) return [];
  const shown = topic(current);
  const label = shown.closed ? "Reopen topic" : "Close topic";
  return [h("button", { type: "button", class: "topic quiet-topic", dataset: { topic: "close" }, onclick: () => setClosed(shown, !shown.closed) }, label)];
}

export async function setClosed(shown, closed) {
  const change = closed ? api.closeTopic : api.reopenTopic;
  await change(store.chatId, shown.message_thread_id ?? GENERAL, store.personId).catch((error) => toast(error.message, "bad"));
}

function ask() {
  const submit = async (event) => {
    event.preventDefault();
    try {
      const made = await api.createTopic(store.chatId, new FormData(event.target).get("name"), store.personId);
      box.close();
      chooseTopic(made.message_thread_id);
    } catch (error) {
      toast(error.message, "bad");
    }
  };
  const field = h("label", { class: "field" }, h("span", {}, "Name"), h("input", { name: "name", required: true, maxlength: 128, autocomplete: "off" }));
  const cancel = h("button", { type: "button", class: "button", onclick: () => box.close() }, "Cancel");
  const buttons = h("div", { class: "dialog-buttons" }, cancel, h("button", { class: "button primary" }, "Open"));
  const box = dialog(h("form", { onsubmit: submit }, h("h2", {}, "New topic"), field, buttons), { label: "New topic", className: "small" });
}
