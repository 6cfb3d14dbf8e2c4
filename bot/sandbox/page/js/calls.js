// The lists of calls in the panel, newest first, each one opening to its JSON.

import { h, icon, iconButton } from "./dom.js";
import { milliseconds, timeOfDay } from "./format.js";
import { tree } from "./json.js";
import { redrawing } from "./redraw.js";
import { listen, store, tell } from "./store.js";

const DRAWN = 200;

// What the two sides' calls have in common, so that one list shows both.
const SIDES = {
  bot: {
    calls: () => store.botCalls,
    clear: () => (store.botCalls = []),
    name: (call) => call.method,
    failed: (call) => !call.ok,
    status: (call) => (call.ok ? "ok" : String(call.error_code ?? "lost")),
    note: (call) => (call.ok ? words(call.params) : call.description),
    parts: (call) => ({ parameters: call.params, files: call.files, ...(call.ok ? { result: call.result } : { error: { error_code: call.error_code, description: call.description } }) }),
    empty: "Every call the bot makes to Telegram shows up here as it happens.",
  },
  provider: {
    calls: () => store.providerCalls,
    clear: () => (store.providerCalls = []),
    name: (call) => `${call.method} ${shortPath(call.path)}`,
    failed: (call) => !(call.status >= 200 && call.status < 400),
    status: (call) => String(call.status || "lost"),
    note: (call) => [call.model, outcome(call.response)].filter(Boolean).join(" · "),
    parts: (call) => ({ path: call.path, request: call.request, response: call.response }),
    empty: "Uploads, checks and tasks at the video service show up here as they happen.",
  },
};

function words(params = {}) {
  const text = params.text ?? params.caption ?? params.action;
  return text === undefined ? (params.file_id ?? "") : String(text);
}

/** A path as one reads it: no common beginning, task ids by their first characters. */
function shortPath(path = "") {
  const own = path.replace(/^.*\/api\/v1/, "").replace("/services/aigc/image2video", "").split("?")[0];
  return own.replace(/([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{22}/, "$1…") || path;
}

function outcome(response) {
  const output = response?.output ?? {};
  if (response?.code) return response.code;
  if (output.check_pass !== undefined) return output.check_pass ? "photo accepted" : `photo refused ${output.code ?? ""}`.trim();
  return output.code ?? output.task_status ?? "";
}

/** A list of one side's calls; returns its element. */
export function callList(sideName) {
  const side = SIDES[sideName];
  const rows = h("ol", { class: "calls", "aria-label": "Calls, newest first" });
  const filter = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter calls" });
  const onlyErrors = h("input", { type: "checkbox" });
  const clear = () => (side.clear(), tell("calls", { side: sideName }));
  const bar = h("div", { class: "panel-bar" }, filter, h("label", { class: "chip" }, onlyErrors, h("span", {}, icon("warn"), "Errors")), iconButton("trash", "Clear this list", clear));
  const drawn = new Map(); // call key → row: an opened row stays open while new ones come
  const redraw = redrawing(rows, () => draw(side, rows, drawn, filter.value.trim().toLowerCase(), onlyErrors.checked));
  filter.addEventListener("input", redraw);
  onlyErrors.addEventListener("change", redraw);
  listen("calls", (change) => (!change || change.side === sideName) && redraw());
  redraw();
  return h("div", { class: "call-list" }, bar, rows);
}

function draw(side, rows, drawn, wanted, onlyErrors) {
  const all = side.calls();
  const shown = all.filter((call) => matches(side, call, wanted, onlyErrors)).slice(0, DRAWN);
  const keys = new Set(shown.map((call) => call.key));
  for (const [key, row] of drawn) if (!keys.has(key)) (row.remove(), drawn.delete(key));
  rows.querySelector(".empty")?.remove();
  shown.forEach((call, at) => {
    if (!drawn.has(call.key)) drawn.set(call.key, row(side, call));
    if (rows.children[at] !== drawn.get(call.key)) rows.insertBefore(drawn.get(call.key), rows.children[at] ?? null);
  });
  if (!shown.length) rows.append(h("li", { class: "empty" }, all.length ? "No call matches." : side.empty));
}

function matches(side, call, wanted, onlyErrors) {
  if (onlyErrors && !side.failed(call)) return false;
  return !wanted || `${side.name(call)} ${side.status(call)} ${side.note(call)}`.toLowerCase().includes(wanted);
}

function row(side, call) {
  const failed = side.failed(call);
  const took = milliseconds(call.elapsed_milliseconds);
  const head = h(
    "summary",
    {},
    h("span", { class: "call-name" }, side.name(call)),
    h("span", { class: "call-status" }, side.status(call)),
    h("span", { class: "call-note", dir: "auto" }, side.note(call)),
    h("span", { class: "call-time" }, took ? h("span", {}, took) : null, h("time", {}, timeOfDay(call.at_milliseconds, true))),
  );
  const details = h("details", { class: "call-row" }, head);
  details.addEventListener("toggle", () => details.children.length === 1 && details.append(tree(side.parts(call))), { once: true });
  return h("li", { class: failed ? "call failed" : "call" }, details);
}
