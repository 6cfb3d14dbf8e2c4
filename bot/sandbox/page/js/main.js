// Puts the rooms together: state first, then the live events, forever.

import * as answering from "./answering.js";
import * as attach from "./attach.js";
import { readProvider } from "./bill.js";
import * as chats from "./chats.js";
import * as commands from "./commands.js";
import * as composer from "./composer.js";
import { icon } from "./dom.js";
import { Events } from "./events.js";
import * as groupmenu from "./groupmenu.js";
import { answered } from "./keyboard.js";
import * as links from "./links.js";
import * as panel from "./panel.js";
import * as people from "./people.js";
import * as recorder from "./recorder.js";
import * as sender from "./sender.js";
import * as store from "./store.js";
import * as theme from "./theme.js";
import * as timeline from "./timeline.js";
import * as topics from "./topics.js";
import { toast } from "./overlays.js";

const RETRY_MILLISECONDS = 1500;

for (const place of document.querySelectorAll("[data-icon]")) place.prepend(icon(place.dataset.icon));
theme.start();
timeline.start();
chats.start();
people.start();
composer.start();
commands.start(composer.write);
attach.start();
answering.start(composer.reply);
groupmenu.start();
topics.start();
sender.start();
links.start();
recorder.start();
panel.start();

// Messages in the snapshot are newer than any event from before it, so those only fill the panel.
const isNews = (event) => event.n > store.store.lastEvent;

const REACTIONS = {
  bot_api_call: (event) => {
    store.putCall("bot", event);
    if (!store.store.bot) refreshSoon();
  },
  provider_call: (event) => store.putCall("provider", event),
  provider_task: (event) => store.putTask(event),
  message_new: (event) => isNews(event) && arrived(event),
  message_edited: (event) => isNews(event) && store.putMessage(event.chat_id, event.message),
  message_deleted: (event) => isNews(event) && store.markDeleted(event.chat_id, event.message_id),
  chat_action: (event) => store.putAction(event.chat_id, event.action, event.at_milliseconds),
  callback_answer: (event) => isNews(event) && answered(event),
  commands_changed: (event) => commands.registered(event),
  person_changed: (event) => isNews(event) && (store.putPerson(event.person), refreshSoon()),
  chat_changed: (event) => isNews(event) && store.putChat(event.chat),
  settings_changed: (event) => isNews(event) && store.setSettings(event.settings),
  faults_changed: () => refreshSoon(),
  reset: (event) => {
    forget();
    if (isNews(event)) loadUntilDone();
  },
};

/** What only events tell is told again, or is gone. */
function forget() {
  store.forgetHistory();
  commands.forget();
}

function arrived(event) {
  store.putMessage(event.chat_id, event.message);
  if (!store.chat(event.chat_id)) refreshSoon();
}

let refreshTimer = null;

/** Small facts (bot, commands, faults, chats) are read anew rather than pieced together. */
function refreshSoon() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(async () => {
    try {
      await store.refresh();
    } catch (error) {
      if (error.status) toast(error.message, "bad");
    }
  }, 120);
}

async function load() {
  await store.load();
  if (await people.ensurePerson()) await store.load();
  const known = store.store.people;
  const wanted = Number(localStorage.getItem("person"));
  const one = known.find((each) => each.user_id === wanted) ?? known.find((each) => !each.is_operator);
  store.choosePerson(one.user_id, Number(localStorage.getItem("chat")) || null);
  readProvider(); // the chat need not wait for it
  document.getElementById("page").dataset.ready = "true";
}

async function loadUntilDone() {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      store.setConnection("disconnected");
      if (error.status) toast(error.message, "bad");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

await loadUntilDone();
const events = new Events({
  onEvent: (event) => REACTIONS[event.type]?.(event),
  onStatus: store.setConnection,
  onRestart: async () => {
    forget();
    await loadUntilDone();
  },
});
events.connect();
