// Switching faults on and off, on either side.

import * as api from "./api.js";
import { h, iconButton } from "./dom.js";
import { toast } from "./overlays.js";
import { redrawing } from "./redraw.js";
import { KINDS, PROVIDER_PRESETS, REFUSAL_SHAPES, RENDERING, TELEGRAM_PRESETS } from "./presets.js";
import { listen, refresh, store } from "./store.js";

const active = h("ul", { class: "active-faults" });
const activeBox = h("section", { class: "fault-section", "aria-live": "polite" }, h("h3", {}, "Switched on now"), active);
const switches = []; // {input, preset}
const redraw = redrawing(active, draw);

export function faultsTab() {
  listen("faults", redraw);
  redraw();
  return h(
    "div",
    { class: "faults" },
    activeBox,
    section("Telegram", "telegram", TELEGRAM_PRESETS),
    section("Video service", "provider", PROVIDER_PRESETS),
    rendering(),
    custom(),
  );
}

/** After the answer the list is read anew: one-shot faults vanish by themselves. */
async function apply(change) {
  try {
    await change();
    await refresh();
  } catch (error) {
    toast(error.message, "bad");
    redraw();
  }
}

function section(heading, side, presets) {
  return h("section", { class: "fault-section" }, h("h3", {}, heading), h("ul", { class: "switches" }, presets.map((preset) => toggle({ ...preset, fault: { side, params: {}, ...preset.fault } }))));
}

function toggle(preset) {
  const flip = () => {
    const on = find(preset);
    apply(() => (on ? api.removeFault(on.id) : api.addFault(preset.fault)));
  };
  const input = h("input", { type: "checkbox", role: "switch", onchange: flip });
  switches.push({ input, preset });
  return h("li", {}, h("label", { class: "switch-row" }, h("span", {}, h("b", {}, preset.label), h("small", {}, preset.hint)), input));
}

/** The active fault a preset has switched on, whatever number of times is left of it. */
function find({ fault }) {
  const wanted = JSON.stringify([fault.side, fault.match, fault.kind, sorted(fault.params)]);
  return store.faults.find((one) => JSON.stringify([one.side, one.match, one.kind, sorted(one.params)]) === wanted);
}

const sorted = (params) => Object.entries(params ?? {}).sort(([a], [b]) => a.localeCompare(b));

function draw() {
  for (const { input, preset } of switches) input.checked = Boolean(find(preset));
  activeBox.hidden = store.faults.length === 0;
  active.replaceChildren(...store.faults.map(activeRow));
  const badge = document.getElementById("faults-count");
  badge.textContent = store.faults.length || "";
  badge.hidden = store.faults.length === 0;
}

function activeRow(fault) {
  const known = switches.find(({ preset }) => find(preset)?.id === fault.id);
  const name = known?.preset.label ?? `${fault.side}: ${fault.match} ${fault.kind}`;
  const left = fault.times === null ? "until switched off" : fault.times === 1 ? "once" : `${fault.times} times`;
  return h("li", {}, h("span", {}, h("b", {}, name), h("small", {}, left)), iconButton("close", `Switch off: ${name}`, () => apply(() => api.removeFault(fault.id))));
}

function rendering() {
  const box = h("section", { class: "fault-section" }, h("h3", {}, "Rendering"), choice("Time a video takes", "render_seconds", RENDERING), choice("A refused photo is answered with", "detect_refusal_shape", REFUSAL_SHAPES));
  listen("settings", () => (box.hidden = !store.provider));
  box.hidden = !store.provider;
  return box;
}

function choice(label, setting, options) {
  const chosen = (event) => {
    const { value } = options[Number(event.target.value)];
    api.provider.change({ [setting]: value }).catch((error) => toast(error.message, "bad"));
  };
  const group = h("fieldset", { class: "choice", onchange: chosen }, h("legend", {}, label), h("div", { class: "segments" }, options.map((option, i) => h("label", {}, h("input", { type: "radio", name: setting, value: i }), h("span", {}, option.label)))));
  const show = () => {
    const at = options.findIndex((option) => option.value === store.provider?.[setting]);
    group.querySelectorAll("input").forEach((input, i) => (input.checked = i === at));
  };
  listen("settings", show);
  show();
  return group;
}

/** Any fault there is, for those who know its name. */
function custom() {
  const kind = h("select", { name: "kind" });
  const fill = (side) => kind.replaceChildren(...KINDS[side].map((name) => h("option", {}, name)));
  const side = h("select", { name: "side", onchange: (event) => fill(event.target.value) }, h("option", { value: "telegram" }, "Telegram"), h("option", { value: "provider" }, "Video service"));
  fill("telegram");
  const field = (label, input) => h("label", { class: "field" }, h("span", {}, label), input);
  const submit = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    apply(() => api.addFault({ side: data.get("side"), match: data.get("match").trim() || "*", kind: data.get("kind"), times: Number(data.get("times")) || null, params: JSON.parse(data.get("params") || "{}") }));
  };
  const form = h("form", { class: "custom-fault", onsubmit: submit }, field("Side", side), field("Call (* is any)", h("input", { name: "match", value: "*" })), field("Kind", kind), field("Times (0: until off)", h("input", { name: "times", type: "number", min: 0, value: 1 })), field("Parameters (JSON)", h("input", { name: "params", placeholder: '{"code": 500}' })), h("button", { class: "button primary" }, "Switch on"));
  return h("details", { class: "fault-section" }, h("summary", {}, "Another fault…"), form);
}
