// A message in a few words: for the conversation list, quotes and screen readers.

import { clock } from "./format.js";

const NAMES = [
  ["photo", () => "Photo"],
  ["video", () => "Video"],
  ["video_note", (m) => `Round video, ${clock(m.video_note.duration)}`],
  ["voice", (m) => `Voice message, ${clock(m.voice.duration)}`],
  ["audio", (m) => m.audio.title ?? m.audio.file_name ?? "Sound"],
  ["animation", () => "Animation"],
  ["document", (m) => m.document.file_name ?? "File"],
  ["sticker", (m) => `${m.sticker.emoji ?? ""} Sticker`.trim()],
  ["location", () => "Location"],
  ["contact", (m) => `Contact: ${m.contact.first_name}`],
  ["invoice", (m) => `Invoice: ${m.invoice.title}`],
];

export function summary(message) {
  if (message.deleted) return "Message deleted";
  if (message.text) return message.text;
  const known = NAMES.find(([kind]) => message[kind] !== undefined);
  const name = known ? known[1](message) : "Message";
  return message.caption ? `${name}: ${message.caption}` : name;
}
