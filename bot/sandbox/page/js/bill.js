// What the video service would charge, and what it is rendering now.

import * as api from "./api.js";
import { h } from "./dom.js";
import { yuan } from "./format.js";
import { listen, store, tell } from "./store.js";

const PAUSE_MILLISECONDS = 400;
const box = h("section", { class: "bill", "aria-label": "Bill of the video service", hidden: true });
let timer = null;
let bill = null;

export function billCard() {
  listen("calls", (change) => change?.side === "provider" && soon());
  listen("provider", soon);
  listen("provider", draw);
  return box;
}

/** Ask whether there is a provider here at all: a page of its own Telegram alone has none. */
export async function readProvider() {
  try {
    const { settings } = await api.provider.state();
    store.provider = settings;
    await refresh();
  } catch {
    store.provider = null;
  }
  tell("settings");
}

function soon() {
  if (!store.provider) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE_MILLISECONDS);
}

async function refresh() {
  try {
    bill = await api.provider.bill();
  } catch {
    bill = null; // the connection's own sign says what is wrong
  }
  draw();
}

function draw() {
  box.hidden = !bill;
  if (!bill) return;
  const milliseconds = bill.videos.reduce((sum, one) => sum + one.milliseconds, 0);
  const facts = [
    ["Videos", `${bill.videos.length}`],
    ["Seconds", (milliseconds / 1000).toFixed(1)],
    ["Checks", `${bill.detections}`],
  ];
  box.replaceChildren(
    h("div", { class: "bill-total" }, h("span", {}, "The bill"), h("b", {}, yuan(bill.total_micro_yuan))),
    h("dl", {}, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    ...Array.from(store.tasks).filter(([, task]) => ["PENDING", "RUNNING"].includes(task.status)).map(taskRow),
  );
}

function taskRow([id, task]) {
  const words = task.status === "PENDING" ? "waiting" : "rendering";
  return h("div", { class: "task" }, h("span", {}, `${id.slice(0, 8)} ${words}`), h("progress", { max: 1, value: task.progress, "aria-label": `Task ${id.slice(0, 8)}` }));
}
