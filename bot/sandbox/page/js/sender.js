// In a group: who writes. "You are: Ada", with everybody to switch to.

import { h, icon } from "./dom.js";
import { fullName } from "./format.js";
import { isAdministrator, isGroup, isMember } from "./membership.js";
import { menu } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { chat, chooseSendAs, choosePerson, listen, person, store } from "./store.js";
import { personAvatar } from "./titles.js";

const bar = document.getElementById("sender-bar");
const button = document.getElementById("sender");
const redraw = redrawing(bar, draw);
const AS = { anonymous: "the group, anonymously", channel: "the channel News", linked: "the linked channel News" };

export function start() {
  for (const topic of ["current", "people", "chats"]) listen(topic, redraw);
  button.addEventListener("click", openMenu);
}

function draw() {
  const current = chat();
  bar.hidden = !isGroup(current);
  const one = person();
  if (!one) return;
  const hidden = AS[store.sendAs] && (store.sendAs !== "anonymous" || isAdministrator(current));
  const name = hidden ? AS[store.sendAs] : fullName(one);
  button.replaceChildren(personAvatar(one), h("span", {}, hidden ? "You write as: " : "You are: ", h("b", { dir: "auto" }, name)), icon("down"));
}

function openMenu(event) {
  const current = chat();
  const members = store.people.filter((one) => isMember(current, one.user_id));
  const items = members.map((one) => ({ icon: personAvatar(one), label: fullName(one), checked: one.user_id === store.personId && !store.sendAs, run: () => become(one.user_id, null) }));
  if (isAdministrator(current)) items.push({ icon: icon("face"), label: `${fullName(person())}, anonymously as the group`, checked: store.sendAs === "anonymous", run: () => become(store.personId, "anonymous") });
  if (current.type === "supergroup") {
    items.push({ icon: icon("sound"), label: "A channel, as itself", checked: store.sendAs === "channel", run: () => become(store.personId, "channel") });
    items.push({ icon: icon("forward"), label: "The linked channel's post", checked: store.sendAs === "linked", run: () => become(store.personId, "linked") });
  }
  menu(event, items, "Who writes");
}

function become(personId, sendAs) {
  choosePerson(personId, store.chatId);
  chooseSendAs(sendAs);
}
