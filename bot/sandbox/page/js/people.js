// Who one is: switching between people, their language, new people and groups.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { fullName } from "./format.js";
import { dialog, menu, toast } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { choosePerson, chooseChat, listen, person, putChat, putPerson, store } from "./store.js";
import { personAvatar } from "./titles.js";

const LANGUAGES = [
  { code: "en", name: "English" },
  { code: "zh-hans", name: "简体中文" },
];

const switcher = document.getElementById("person");
const languages = document.getElementById("languages");
const redrawSwitcher = redrawing(switcher, drawSwitcher);
const redrawLanguages = redrawing(languages, drawLanguages);

export function start() {
  for (const topic of ["current", "people"]) listen(topic, redraw);
  listen("messages", redrawSwitcher);
  switcher.addEventListener("click", openMenu);
  languages.addEventListener("change", (event) => change({ language_code: event.target.value }));
}

/** The first visit makes a person, so that one can write at once: whoever runs the bot is another. */
export async function ensurePerson() {
  if (store.people.every((one) => one.is_operator)) {
    putPerson(await api.createPerson({ first_name: "Ada", username: "ada_online", language_code: browserLanguage() }));
    return true;
  }
  return false;
}

function browserLanguage() {
  return (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh-hans" : "en";
}

function described(one) {
  if (one.is_operator) return "runs this bot";
  return one.username ? `@${one.username}` : `id ${one.user_id}`;
}

/** What somebody else was sent privately: shown here it would be missed. */
const unreadBy = (one) => (one.user_id === store.personId ? 0 : (store.unread.get(one.user_id) ?? 0));

function labelled(one) {
  const news = unreadBy(one);
  return [fullName(one), one.is_operator && ", who runs this bot", news > 0 && ` (${news} new)`].filter(Boolean).join("");
}

function newsMark() {
  const news = store.people.reduce((sum, one) => sum + unreadBy(one), 0);
  return news > 0 && h("span", { class: "count", "aria-label": `${news} new for other people` }, news);
}

const isChinese = (code) => (code ?? "").toLowerCase().startsWith("zh");

function redraw() {
  redrawSwitcher();
  redrawLanguages();
}

function drawSwitcher() {
  const current = person();
  if (!current) return;
  switcher.replaceChildren(personAvatar(current), h("span", { class: "person-words" }, h("b", {}, h("bdi", {}, fullName(current))), h("small", {}, described(current))), ...[newsMark(), icon("down")].filter(Boolean));
}

function drawLanguages() {
  const current = person();
  if (!current) return;
  const radios = LANGUAGES.map((one) => {
    const checked = isChinese(one.code) === isChinese(current.language_code);
    return h("label", {}, h("input", { type: "radio", name: "language", value: one.code, checked }), h("span", { lang: one.code === "en" ? "en" : "zh-Hans" }, one.name));
  });
  const focused = document.activeElement?.name === "language";
  languages.replaceChildren(...radios);
  if (focused) document.querySelector('input[name="language"]:checked')?.focus();
}

async function change(changes) {
  try {
    putPerson(await api.changePerson(store.personId, changes));
  } catch (error) {
    toast(error.message, "bad");
    redraw();
  }
}

function openMenu(event) {
  const items = store.people.map((one) => ({ icon: personAvatar(one), label: labelled(one), checked: one.user_id === store.personId, run: () => choosePerson(one.user_id) }));
  items.push({ icon: icon("edit"), label: "Change name…", run: () => ask(person()) });
  items.push({ icon: icon("plus"), label: "New person…", run: () => ask(null) });
  items.push({ icon: icon("people"), label: "New group…", run: askGroup });
  menu(event, items, "People");
}

const input = (label, name, props = {}) => h("label", { class: "field" }, h("span", {}, label), h("input", { name, autocomplete: "off", ...props }));

function form(label, fields, verb, save) {
  const submit = async (event) => {
    event.preventDefault();
    try {
      await save(new FormData(event.target));
      box.close();
    } catch (error) {
      toast(error.message, "bad");
    }
  };
  const cancel = h("button", { type: "button", class: "button", onclick: () => box.close() }, "Cancel");
  const buttons = h("div", { class: "dialog-buttons" }, cancel, h("button", { class: "button primary" }, verb));
  const box = dialog(h("form", { onsubmit: submit }, h("h2", {}, label), fields, buttons), { label, className: "small" });
}

/** `one` null: a new person. */
function ask(one) {
  const fields = [
    input("First name", "first_name", { required: true, maxlength: 64, value: one?.first_name ?? "" }),
    input("Last name", "last_name", { maxlength: 64, value: one?.last_name ?? "" }),
    input("Username", "username", { maxlength: 32, pattern: "[A-Za-z][A-Za-z0-9_]{3,31}", value: one?.username ?? "", title: "4 to 32 letters, digits and underscores" }),
  ];
  form(one ? "Change name" : "New person", fields, one ? "Save" : "Create", async (data) => {
    const words = Object.fromEntries(Array.from(data).filter(([, value]) => value || one));
    if (one) return change(words);
    const created = await api.createPerson({ ...words, language_code: browserLanguage() });
    putPerson(created);
    const fresh = await api.state();
    fresh.chats.forEach(putChat);
    return choosePerson(created.user_id);
  });
}

const KINDS = [
  ["supergroup", "Supergroup"],
  ["forum", "Supergroup with topics"],
  ["group", "Basic group"],
];

/** People made on the way to a group; their ids. */
async function newcomers(names) {
  const ids = [];
  for (const name of names.split(/[,\uff0c\u3001]/).map((one) => one.trim()).filter(Boolean)) {
    const created = await api.createPerson({ first_name: name, language_code: browserLanguage() });
    putPerson(created);
    ids.push(created.user_id);
  }
  return ids;
}

function askGroup() {
  const members = store.people.map((one) => h("label", { class: "check" }, h("input", { type: "checkbox", name: "member", value: one.user_id, checked: !one.is_operator }), fullName(one)));
  const kinds = KINDS.map(([value, label], i) => h("label", { class: "check" }, h("input", { type: "radio", name: "kind", value, checked: i === 0 }), label));
  const fields = [
    input("Title", "title", { required: true, maxlength: 128 }),
    h("fieldset", {}, h("legend", {}, "Members; the first owns it"), members),
    input("New people, by first name, with commas between", "names", { maxlength: 200, placeholder: "Ben, Zoe" }),
    h("fieldset", {}, h("legend", {}, "Kind"), kinds),
  ];
  form("New group", fields, "Create", async (data) => {
    const invited = await newcomers(data.get("names"));
    const members = [...data.getAll("member").map(Number), ...invited];
    if (!members.length) throw new Error("A group needs at least one person.");
    const kind = data.get("kind");
    const created = await api.createGroup({ title: data.get("title"), members, type: kind === "group" ? "group" : "supergroup", is_forum: kind === "forum" });
    putChat(created);
    if (!members.includes(store.personId)) choosePerson(members[0], created.chat_id);
    chooseChat(created.chat_id);
  });
}
