// The side panel: three tabs; beside the chat on a wide screen, a drawer on a narrow one.

import { billCard } from "./bill.js";
import { callList } from "./calls.js";
import { faultsTab } from "./faults.js";

const TABS = ["bot", "provider", "faults"];
const page = document.getElementById("page");
const button = document.getElementById("panel-button");
const narrow = matchMedia("(max-width: 1100px)");

export function start() {
  document.getElementById("tab-panel-bot").append(callList("bot"));
  document.getElementById("tab-panel-provider").append(billCard(), callList("provider"));
  document.getElementById("tab-panel-faults").append(faultsTab());
  for (const name of TABS) tab(name).addEventListener("click", () => choose(name));
  document.getElementById("tabs").addEventListener("keydown", walk);
  button.addEventListener("click", () => open(!isOpen()));
  document.getElementById("panel-close").addEventListener("click", () => open(false));
  document.getElementById("panel-veil").addEventListener("click", () => open(false));
  addEventListener("keydown", (event) => event.key === "Escape" && narrow.matches && isOpen() && open(false));
  choose(TABS.includes(localStorage.getItem("tab")) ? localStorage.getItem("tab") : "bot");
  show(!narrow.matches && localStorage.getItem("panel") !== "closed");
  narrow.addEventListener("change", () => show(!narrow.matches && localStorage.getItem("panel") !== "closed"));
}

const tab = (name) => document.getElementById(`tab-${name}`);
const isOpen = () => page.dataset.panel === "open";

function open(on) {
  show(on);
  if (!narrow.matches) localStorage.setItem("panel", on ? "open" : "closed");
  if (narrow.matches) (on ? document.querySelector('#tabs [aria-selected="true"]') : button).focus();
}

function show(on) {
  page.dataset.panel = on ? "open" : "closed";
  document.getElementById("panel").inert = !on;
  document.getElementById("panel-veil").hidden = !(on && narrow.matches);
  button.setAttribute("aria-expanded", String(on));
}

function choose(name) {
  localStorage.setItem("tab", name);
  for (const one of TABS) {
    const chosen = one === name;
    tab(one).setAttribute("aria-selected", String(chosen));
    tab(one).tabIndex = chosen ? 0 : -1;
    document.getElementById(`tab-panel-${one}`).hidden = !chosen;
  }
}

function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = TABS.findIndex((name) => tab(name) === document.activeElement);
  const next = TABS.at((at + step) % TABS.length);
  choose(next);
  tab(next).focus();
}
