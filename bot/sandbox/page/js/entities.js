// Text with Bot API entities → DOM nodes. Offsets count UTF-16 units, which is how
// JavaScript counts as well. Foreign text only ever becomes text nodes.

import { h } from "./dom.js";

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** The nodes of a text; entities may be nested, and ones that overlap badly are cut to fit. */
export function render(text, entities = []) {
  const sorted = entities
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return span(text, 0, text.length, sorted);
}

function span(text, from, to, entities) {
  const nodes = [];
  let position = from;
  let next = 0;
  while (next < entities.length) {
    const entity = entities[next];
    const start = Math.max(entity.offset, position);
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    for (next += 1; next < entities.length && entities[next].offset < end; next += 1) inner.push(entities[next]);
    if (start >= end) continue;
    if (start > position) nodes.push(text.slice(position, start));
    nodes.push(wrap(entity, text.slice(start, end), span(text, start, end, inner)));
    position = end;
  }
  if (position < to) nodes.push(text.slice(position, to));
  return nodes;
}

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote", expandable_blockquote: "blockquote" };

function wrap(entity, words, nodes) {
  if (TAGS[entity.type]) return h(TAGS[entity.type], {}, nodes);
  switch (entity.type) {
    case "pre":
      return h("pre", entity.language ? { "data-language": entity.language } : {}, h("code", {}, nodes));
    case "spoiler":
      return spoiler(nodes);
    case "text_link":
      return link(entity.url, nodes);
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:/i.test(words) ? words : `https://${words}`, nodes);
    case "email":
      return link(`mailto:${words}`, nodes);
    case "phone_number":
      return link(`tel:${words}`, nodes);
    case "bot_command":
      return h("button", { type: "button", class: "inline-link", dataset: { command: words } }, nodes);
    case "mention":
    case "text_mention":
    case "hashtag":
    case "cashtag":
      return h("span", { class: "inline-link" }, nodes);
    default:
      return h("span", {}, nodes);
  }
}

function link(address, nodes) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // not an address: shown as plain words
  }
  if (!url || !SAFE_SCHEMES.has(url.protocol)) return h("span", {}, nodes);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, nodes);
}

function spoiler(nodes) {
  const show = (event) => {
    const hidden = event.currentTarget;
    if (hidden.classList.contains("shown")) return;
    event.preventDefault();
    hidden.classList.add("shown");
    hidden.removeAttribute("role");
    hidden.removeAttribute("tabindex");
    hidden.removeAttribute("aria-label");
  };
  const onkeydown = (event) => (event.key === "Enter" || event.key === " ") && show(event);
  return h("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text, press to show", onclick: show, onkeydown }, nodes);
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text) {
  return /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text.trim());
}
