// What the person sends: one way out for the composer, the attach menu, the recorder and buttons.

import * as api from "./api.js";
import { toast } from "./overlays.js";
import { placeFields, senderFields } from "./membership.js";
import { chat, putMessage, store } from "./store.js";

let underway = 0;

/** Send to the chosen chat as the chosen person; false when the sandbox refused it (said in a toast). */
export async function sendOut(fields, chatId = store.chatId) {
  show(1);
  try {
    const here = chat(chatId);
    const place = chatId === store.chatId ? placeFields(here) : {};
    const sent = await api.send(chatId, { from: store.personId, ...place, ...senderFields(here), ...fields });
    store.updates.set(`${chatId}:${sent.message.message_id}`, sent.update_id);
    putMessage(chatId, sent.update_id === null ? { ...sent.message, unseen: true } : sent.message);
    return true;
  } catch (error) {
    toast(error.message, "bad");
    return false;
  } finally {
    show(-1);
  }
}

export const sendText = (text) => sendOut({ kind: "text", text });

/** A bar over the composer while something is on its way: large files take a moment. */
function show(change) {
  underway += change;
  document.getElementById("sending").hidden = underway === 0;
}
