// The bot's commands: a menu button, and suggestions once a text begins with "/".

import { h } from "./dom.js";
import { isAdministrator, isGroup } from "./membership.js";
import { chat, listen, person, store } from "./store.js";

const list = document.getElementById("suggestions");
const field = document.getElementById("message-text");
const button = document.getElementById("commands-button");
let found = [];
let active = 0;
let take = null;
const menus = new Map(); // "scope language" → commands, as the bot registered them

export function start(write) {
  button.addEventListener("click", () => {
    write("/");
    field.focus();
  });
  for (const topic of ["chats", "people", "current"]) listen(topic, showButton);
  field.addEventListener("blur", () => setTimeout(close, 150));
}

/** The bot registered a menu for a scope and a language. */
export function registered(event) {
  menus.set(`${event.scope} ${event.language_code ?? ""}`, event.commands ?? []);
  showButton();
}

export function forget() {
  menus.clear();
}

/** The menu this person sees in this chat, as Telegram chooses it: narrowest scope, own language first. */
function commands() {
  const kind = chat()?.type === "private" ? "all_private_chats" : "all_group_chats";
  const language = (person()?.language_code ?? "").slice(0, 2);
  const mine = isGroup() && isAdministrator() ? [`chat_administrators:${store.chatId}`, `chat:${store.chatId}`, "all_chat_administrators"] : [`chat:${store.chatId}`];
  for (const scope of [...mine, kind, "default"]) {
    const found = [menus.get(`${scope} ${language}`), menus.get(`${scope} `)].find((menu) => menu?.length);
    if (found) return found;
  }
  return store.bot?.commands ?? [];
}

function showButton() {
  button.hidden = commands().length === 0;
}

export function suggest(text, choose) {
  take = choose;
  const typed = /^\/([a-z0-9_]*)$/i.exec(text);
  found = typed ? commands().filter((one) => one.command.startsWith(typed[1].toLowerCase())) : [];
  active = 0;
  draw();
}

function draw() {
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(found.length > 0));
  list.replaceChildren(...found.map(option));
  mark();
}

function option(one, at) {
  const run = (event) => {
    event.preventDefault(); // the field keeps the focus
    pick(at);
  };
  return h("li", { role: "option", id: `suggestion-${at}`, onmousedown: run }, h("b", {}, `/${one.command}`), h("span", { dir: "auto" }, one.description));
}

function mark() {
  Array.from(list.children).forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
  if (found.length) field.setAttribute("aria-activedescendant", `suggestion-${active}`);
  else field.removeAttribute("aria-activedescendant");
  list.children[active]?.scrollIntoView({ block: "nearest" });
}

/** Keys while suggestions are shown; true when the key was theirs. */
export function key(event) {
  if (!found.length) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    active = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    mark();
  } else if (event.key === "Tab") take(`${addressed(`/${found[active].command}`)} `, false);
  else if (event.key === "Enter" && !event.shiftKey) pick(active);
  else if (event.key === "Escape") close();
  else return false;
  event.preventDefault();
  return true;
}

/** In a group a command names its bot, as Telegram's own clients do. */
export function addressed(command) {
  return isGroup() && store.bot?.username && !command.includes("@") ? `${command}@${store.bot.username}` : command;
}

function pick(at) {
  take(addressed(`/${found[at].command}`), true);
}

export function close() {
  found = [];
  draw();
}
