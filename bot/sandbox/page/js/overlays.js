// What lies over the page: notes that pass, alerts, questions, menus, a picture in full.

import { h, iconButton } from "./dom.js";

const TOAST_MILLISECONDS = 4500;

/** A note at the bottom of the chat, read out by screen readers; `action` is {label, run}. */
export function toast(text, kind = "", action = null, heading = null) {
  const note = h("div", { class: `toast ${kind}` }, h("span", { dir: "auto" }, heading && h("small", {}, heading), text));
  if (action) {
    note.append(h("button", { type: "button", onclick: () => (note.remove(), action.run()) }, action.label));
  }
  document.getElementById("toasts").append(note);
  setTimeout(() => note.classList.add("leaving"), TOAST_MILLISECONDS);
  setTimeout(() => note.remove(), TOAST_MILLISECONDS + 300);
}

/** Open a <dialog>; gone from the page when closed. Focus is kept inside by the browser. */
export function dialog(content, { className = "", label, onclose = null } = {}) {
  const box = h("dialog", { class: `dialog ${className}`, "aria-label": label }, content);
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => {
    box.remove();
    onclose?.();
  });
  document.body.append(box);
  box.showModal();
  return box;
}

export function alertBox(text, heading = null) {
  const ok = h("button", { type: "button", class: "button primary", autofocus: true, onclick: () => box.close() }, "OK");
  const box = dialog([heading && h("small", {}, heading), h("p", { class: "alert-text", dir: "auto" }, text), h("div", { class: "dialog-buttons" }, ok)], { label: "Answer of the bot", className: "small" });
}

/** Ask before something that cannot be taken back. */
export function confirmBox(question, verb, run) {
  const no = h("button", { type: "button", class: "button", onclick: () => box.close() }, "Cancel");
  const yes = h("button", { type: "button", class: "button danger", onclick: () => (box.close(), run()) }, verb);
  const box = dialog([h("p", { class: "alert-text" }, question), h("div", { class: "dialog-buttons" }, no, yes)], { label: question, className: "small" });
}

export function lightbox(source, caption) {
  const close = iconButton("close", "Close", () => box.close(), { class: "lightbox-close", autofocus: true });
  const image = h("img", { src: source, alt: caption || "Photo" });
  const box = dialog([image, caption ? h("p", { dir: "auto" }, caption) : null, close], { className: "lightbox", label: "Photo" });
  image.onclick = () => box.close();
}

let openMenu = null;

/** A menu at a point or under a button; items are {icon, label, run, danger}. */
export function menu(event, items, label) {
  openMenu?.remove();
  const origin = event.currentTarget ?? event.target;
  const back = document.activeElement;
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" }, items.filter(Boolean).map((item) => entry(item, () => list.hidePopover())));
  list.addEventListener("toggle", (change) => {
    if (change.newState !== "closed") return;
    list.remove();
    if (back?.isConnected && document.activeElement === document.body) back.focus({ preventScroll: true });
  });
  list.addEventListener("keydown", walk);
  document.body.append(list);
  list.showPopover();
  place(list, event, origin);
  list.querySelector("button")?.focus({ preventScroll: true });
  openMenu = list;
}

function entry(item, close) {
  const run = () => (close(), item.run());
  return h("button", { type: "button", role: item.checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": item.checked === undefined ? null : String(item.checked), class: item.danger ? "danger" : "", onclick: run }, item.icon, h("span", { dir: "auto" }, item.label));
}

function walk(event) {
  const items = Array.from(event.currentTarget.querySelectorAll("button"));
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length).focus();
}

function place(list, event, origin) {
  const box = origin.getBoundingClientRect();
  const atPointer = event.type === "contextmenu" && (event.clientX || event.clientY);
  const x = atPointer ? event.clientX : box.left;
  const below = atPointer ? event.clientY : box.bottom + 4;
  const room = list.getBoundingClientRect();
  const top = below + room.height < innerHeight - 8 ? below : Math.max(8, (atPointer ? event.clientY : box.top - 4) - room.height);
  list.style.left = `${Math.max(8, Math.min(x, innerWidth - room.width - 8))}px`;
  list.style.top = `${top}px`;
}
