// Light or dark: as the system says, until the person chooses.

import { icon } from "./dom.js";

const button = document.getElementById("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");

export function start() {
  button.replaceChildren(icon("sun"));
  button.addEventListener("click", () => {
    localStorage.setItem("theme", current() === "dark" ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  show();
}

const current = () => localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");

function show() {
  document.documentElement.dataset.theme = current();
  button.setAttribute("aria-label", current() === "dark" ? "Light colours" : "Dark colours");
  button.title = button.getAttribute("aria-label");
}
