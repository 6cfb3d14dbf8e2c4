// The empty chat: what this is, and the three things to begin with.

import { takeReply } from "./composer.js";
import { h, icon } from "./dom.js";
import { sendOut, sendText } from "./outgoing.js";
import { store } from "./store.js";

const sample = (kind, name, picture) => ({ kind, sample: name, icon: picture, label: `Try: sample ${name}`, run: () => sendOut({ kind, sample: name, reply_to_message_id: takeReply() }) });
export const samples = [sample("photo", "portrait", "image"), sample("voice", "voice", "mic")];

export function welcome(chat) {
  const ready = Boolean(store.bot);
  const note = ready ? null : h("p", { class: "waiting" }, h("span", { class: "spinner" }), "No bot has called yet. Messages wait for it here.");
  const words =
    chat.type === "private"
      ? "Send a photo of someone, then say something. A video of that person speaking comes back."
      : "A group with the bot in it. Write something, or answer a photo with a command.";
  const start = h("button", { type: "button", class: "button primary", onclick: () => sendText("/start") }, "Start");
  const tries = samples.map((one) => h("button", { type: "button", class: "button soft", onclick: one.run }, icon(one.icon), one.label));
  return h("section", { class: "welcome", "aria-label": "An empty chat" }, h("div", { class: "welcome-art", "aria-hidden": "true" }, icon("face"), h("span", { class: "welcome-wave" }, Array.from({ length: 7 }, () => h("i")))), h("h2", {}, "A photo and a voice become a video"), h("p", {}, words), note, h("div", { class: "welcome-buttons" }, start, tries));
}
