// Any JSON value as a tree one can open; long texts are cut until asked for.

import { h } from "./dom.js";

const LONG_TEXT = 400;
const OPEN_DEPTH = 2;

export function tree(value, depth = 0) {
  if (value === null || typeof value !== "object") return leaf(value);
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return h("span", { class: "json-mark" }, left + right);
  const rows = entries.map(([key, one]) => h("li", {}, h("span", { class: "json-key" }, Array.isArray(value) ? `${key}` : key), h("span", { class: "json-mark" }, ": "), tree(one, depth + 1)));
  const list = h("ul", { class: "json" }, rows);
  if (depth === 0) return list;
  return h("details", { open: depth < OPEN_DEPTH || entries.length <= 4 }, h("summary", {}, `${left} ${entries.length} ${right}`), list);
}

function leaf(value) {
  if (typeof value !== "string") return h("span", { class: `json-${value === null ? "null" : typeof value}` }, String(value));
  if (value.length <= LONG_TEXT) return h("span", { class: "json-string" }, JSON.stringify(value));
  const short = h("span", { class: "json-string" }, JSON.stringify(value.slice(0, LONG_TEXT)));
  const more = h("button", { type: "button", class: "inline-link", onclick: () => (short.textContent = JSON.stringify(value), more.remove()) }, `… ${value.length - LONG_TEXT} more`);
  return h("span", {}, short, more);
}
