// Photos, videos, sounds and files inside a bubble.

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { clock, fullName, size } from "./format.js";
import { lightbox } from "./overlays.js";
import { pauseOthers, voice } from "./voice.js";

// A bubble is drawn anew when its message changes; its player must survive that
// (an edited caption may not stop the video), so players are kept by file.
const players = new Map();

function kept(chatId, message, file, make) {
  const key = `${chatId}:${message.message_id}:${file.file_unique_id}`;
  if (!players.has(key)) players.set(key, make());
  return players.get(key);
}

/** The nodes of whatever the message carries beside words. */
export function media(chatId, message) {
  for (const [kind, make] of Object.entries(KINDS)) {
    if (kind === "document" && message.animation) continue;
    if (message[kind]) return [make(message[kind], message, chatId)];
  }
  return [];
}

const KINDS = {
  photo: (sizes, message) => photo(sizes, message),
  video: (file, message, chatId) => kept(chatId, message, file, () => video(file, message)),
  animation: (file, message, chatId) => kept(chatId, message, file, () => video(file, message)),
  video_note: (file, message, chatId) => kept(chatId, message, file, () => video(file, message, true)),
  voice: (file, message, chatId) => kept(chatId, message, file, () => voice(file)),
  audio: (file, message, chatId) => kept(chatId, message, file, () => voice(file, file.title ?? file.file_name ?? "Sound")),
  document: (file) => documentRow(file),
  sticker: (file) => h("img", { class: "sticker", src: fileUrl(file.file_id), alt: `Sticker ${file.emoji ?? ""}` }),
  location: (place) => row("pin", "Location", `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`),
  contact: (one) => row("people", fullName(one), one.phone_number),
  invoice: (one) => row("file", one.title, `${one.total_amount} ${one.currency}`),
};

/** Room is kept for a picture before it arrives, so that nothing jumps. */
function frame(width, height) {
  const ratio = Math.min(Math.max((width || 4) / (height || 3), 0.5), 2.2);
  const shown = Math.round(Math.min(340, Math.max(200, 400 * ratio)));
  return { "--ratio": ratio.toFixed(4), "--width": `${shown}px` };
}

function photo(sizes, message) {
  const large = sizes[sizes.length - 1];
  const open = () => lightbox(fileUrl(large.file_id), message.caption ?? "");
  const image = h("img", { src: fileUrl(large.file_id), alt: message.caption ? `Photo: ${message.caption}` : "Photo", decoding: "async" });
  image.onload = () => image.classList.add("ready");
  const classes = message.has_media_spoiler ? "picture veiled" : "picture";
  return h("button", { type: "button", class: classes, style: frame(large.width, large.height), onclick: open, "aria-label": "Open photo" }, image);
}

function video(file, message, round = false) {
  const poster = message.video?.cover?.at(-1) ?? file.thumbnail;
  const film = h("video", { src: fileUrl(file.file_id), poster: poster && fileUrl(poster.file_id), preload: "metadata", playsinline: true, loop: Boolean(message.animation), "aria-label": "Video" });
  const badge = h("span", { class: "badge" }, clock(file.duration));
  const start = h("button", { type: "button", class: "start", "aria-label": `Play video, ${clock(file.duration)}` }, icon("play"));
  const box = h("div", { class: round ? "film round" : "film", style: round ? {} : frame(file.width, file.height) }, film, start, badge);
  start.onclick = () => {
    box.classList.add("started");
    film.controls = true; // the browser's own: full screen, seeking and keys for nothing
    film.focus();
    film.play().catch(() => box.classList.remove("started"));
  };
  film.onplay = () => pauseOthers(film);
  film.onerror = () => {
    box.classList.add("broken");
    badge.textContent = "This video cannot be played";
  };
  return box;
}

function documentRow(file) {
  const details = [size(file.file_size), file.mime_type].filter(Boolean).join(" · ");
  const name = file.file_name ?? "File";
  const preview = file.thumbnail ? h("img", { src: fileUrl(file.thumbnail.file_id), alt: "" }) : icon("file");
  return h("a", { class: "file", href: fileUrl(file.file_id), download: name, "aria-label": `Download ${name}, ${details}` }, h("span", { class: "file-icon" }, preview), h("span", { class: "file-words" }, h("b", {}, name), h("small", {}, details)));
}

function row(name, title, details) {
  return h("div", { class: "file" }, h("span", { class: "file-icon" }, icon(name)), h("span", { class: "file-words" }, h("b", {}, title), h("small", {}, details)));
}
