// Photos, files and sounds: the paperclip, drag and drop, paste, and the dialog before sending.

import { takeReply } from "./composer.js";
import { h, icon } from "./dom.js";
import { size } from "./format.js";
import { sendOut } from "./outgoing.js";
import { dialog, menu } from "./overlays.js";
import { chat } from "./store.js";
import { samples } from "./welcome.js";

const CAPTION_LENGTH = 1024;
const PICKS = {
  photo: { icon: "image", label: "Photo or video", accept: "image/*,video/*" },
  file: { icon: "file", label: "File", accept: "" },
  sound: { icon: "sound", label: "Sound", accept: "audio/*,.ogg,.oga,.opus,.m4a" },
};

// How each kind of file can travel; the first is the usual way.
const WAYS = {
  image: [["photo", "as a photo"], ["document", "as a file, unchanged"]],
  video: [["video", "as a video"], ["video_note", "as a round video"], ["document", "as a file"]],
  audio: [["voice", "as a voice message"], ["audio", "as a sound file"], ["document", "as a file"]],
  other: [["document", "as a file"]],
};
const PHOTO_TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/bmp", "image/gif"]);

export function start() {
  const button = document.getElementById("attach");
  button.addEventListener("click", (event) => menu(event, entries(), "Attach"));
  for (const [way, pick] of Object.entries(PICKS)) addPicker(way, pick);
  document.getElementById("message-text").addEventListener("paste", pasted);
  listenForDrops(document.getElementById("chat"));
}

function entries() {
  const picks = Object.entries(PICKS).map(([way, pick]) => ({ icon: icon(pick.icon), label: pick.label, run: () => document.getElementById(`pick-${way}`).click() }));
  return [...picks, ...samples.map((one) => ({ ...one, icon: icon(one.icon) }))];
}

function addPicker(way, pick) {
  const input = h("input", { type: "file", id: `pick-${way}`, accept: pick.accept || null, multiple: true, hidden: true, "aria-label": pick.label });
  input.addEventListener("change", () => {
    offer(Array.from(input.files), way === "file");
    input.value = ""; // the same file may be picked again
  });
  document.getElementById("composer").append(input);
}

function pasted(event) {
  const files = Array.from(event.clipboardData?.files ?? []);
  if (!files.length) return;
  event.preventDefault();
  offer(files);
}

function listenForDrops(target) {
  const veil = document.getElementById("drop-veil");
  let depth = 0; // dragenter and dragleave come for every child
  const show = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && chat() && !chat().blocked;
  target.addEventListener("dragenter", (event) => carriesFiles(event) && (event.preventDefault(), show(1)));
  target.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  target.addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  target.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    offer(Array.from(event.dataTransfer.files));
  });
}

function kindOf(file) {
  if (PHOTO_TYPES.has(file.type)) return "image";
  const family = file.type.split("/")[0];
  if (family === "video" || family === "audio") return family;
  return /\.(ogg|oga|opus|m4a|mp3|wav|flac)$/i.test(file.name) ? "audio" : "other";
}

/** Show what is about to be sent, let the person choose how, and write a caption. */
function offer(files, asFiles = false) {
  if (!files.length) return;
  const kinds = new Set(files.map(kindOf));
  const ways = kinds.size === 1 ? WAYS[kinds.values().next().value] : [["each", "each in its usual way"], ["document", "all as files"]];
  const radios = ways.map(([way, label], i) => {
    const checked = asFiles ? way === "document" : i === 0;
    return h("label", { class: "check" }, h("input", { type: "radio", name: "way", value: way, checked }), label);
  });
  const caption = h("textarea", { name: "caption", rows: 1, maxlength: CAPTION_LENGTH, placeholder: "Add a caption…", "aria-label": "Caption", autofocus: true });
  const addresses = files.map((file) => URL.createObjectURL(file));
  const submit = (event) => {
    event.preventDefault();
    const way = new FormData(event.target).get("way");
    box.close();
    sendAll(files, way, caption.value.trim());
  };
  caption.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  const cancel = h("button", { type: "button", class: "button", onclick: () => box.close() }, "Cancel");
  const buttons = h("div", { class: "dialog-buttons" }, cancel, h("button", { class: "button primary" }, "Send"));
  const heading = files.length === 1 ? "Send this?" : `Send ${files.length} files?`;
  const form = h("form", { onsubmit: submit }, h("h2", {}, heading), h("div", { class: "previews" }, files.map((file, i) => preview(file, addresses[i]))), ways.length > 1 ? h("fieldset", { class: "ways" }, h("legend", { class: "quiet" }, "How to send"), radios) : h("div", { hidden: true }, radios), caption, buttons);
  const box = dialog(form, { label: heading, className: "attach", onclose: () => addresses.forEach((address) => URL.revokeObjectURL(address)) });
}

function preview(file, address) {
  const kind = kindOf(file);
  if (kind === "image") return h("img", { class: "preview-picture", src: address, alt: file.name });
  if (kind === "video") return h("video", { class: "preview-picture", src: address, muted: true, controls: true });
  const player = kind === "audio" ? h("audio", { src: address, controls: true, "aria-label": file.name }) : null;
  return h("div", { class: "preview-file" }, h("div", { class: "file" }, h("span", { class: "file-icon" }, icon(kind === "audio" ? "sound" : "file")), h("span", { class: "file-words" }, h("b", {}, file.name), h("small", {}, size(file.size)))), player);
}

/** Several photos or videos travel as one album, as in Telegram; the caption goes with the first. */
async function sendAll(files, way, caption) {
  const replyTo = takeReply();
  const album = files.length > 1 ? String(Date.now()) : undefined;
  for (const [i, file] of files.entries()) {
    const kind = way === "each" ? WAYS[kindOf(file)][0][0] : way;
    const inAlbum = kind !== "voice" && kind !== "video_note";
    const words = i === 0 && caption ? caption : undefined;
    const sent = await sendOut({ kind, file, file_name: file.name, mime_type: file.type || undefined, caption: words, media_group_id: inAlbum ? album : undefined, reply_to_message_id: replyTo });
    if (!sent) return;
  }
}
