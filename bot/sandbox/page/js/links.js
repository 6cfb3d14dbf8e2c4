// Links to the bot open here instead of in a browser tab: t.me/<bot>?start=… and tg://resolve.

import * as api from "./api.js";
import { toast } from "./overlays.js";
import { choosePerson, putMessage, store } from "./store.js";

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const payload = link && payloadOf(link.href);
    if (payload === null || payload === undefined) return;
    event.preventDefault();
    begin(payload);
  });
}

/** What the link starts the bot with; null for a link to anything else. */
export function payloadOf(address) {
  const url = new URL(address, location.href);
  const username = (store.bot?.username ?? "").toLowerCase();
  if (!username) return null;
  const named = url.protocol === "tg:" ? url.searchParams.get("domain") : ["t.me", "telegram.me"].includes(url.hostname) && url.pathname.slice(1);
  if (!named || named.toLowerCase() !== username) return null;
  return url.searchParams.get("start") ?? "";
}

/** The private chat with the bot opens, and Start is pressed. */
async function begin(payload) {
  try {
    const sent = await api.startBot(store.personId, payload);
    choosePerson(store.personId, store.personId);
    document.getElementById("page").dataset.view = "chat";
    putMessage(store.personId, sent.message);
  } catch (error) {
    toast(error.message, "bad");
  }
}
