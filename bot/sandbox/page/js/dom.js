// Elements are built here and nowhere else. Text always goes in as text nodes,
// so a name or a message made of HTML is shown, never run.

const SVG = "http://www.w3.org/2000/svg";

/** Build an element: h("button", {class: "round", onclick: f, "aria-label": "Send"}, child, "text"). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.className = value;
  else if (name === "dataset") Object.assign(element.dataset, value);
  else if (name === "style") for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
  else if (name === "value" || name === "checked" || name === "muted") element[name] = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

// Lines of two units on a field of 24; those in SOLID are filled as well.
const ICONS = {
  send: "M5 5 20 12 5 19 7.5 12z",
  mic: "M9 6.5a3 3 0 0 1 6 0V11a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  clip: "M8 9v6.5a4 4 0 0 0 8 0V7a3 3 0 0 0-6 0v8a1.5 1.5 0 0 0 3 0V9",
  back: "M20 12H5M11 6 5 12 11 18",
  close: "M6 6 18 18M18 6 6 18",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  play: "M8 5.5V18.5L18.5 12z",
  pause: "M8.5 6V18M15.5 6V18",
  down: "M6 9.5 12 15.5 18 9.5",
  reply: "M9 6 4 11 9 16M4 11H14a6 6 0 0 1 6 6V19",
  forward: "M15 6 20 11 15 16M20 11H10a6 6 0 0 0-6 6V19",
  copy: "M9 9H20V20H9zM5.5 15H4V4H15V5.5",
  edit: "M4 20 5 15.5 16 4.5 19.5 8 8.5 19zM13.5 7 17 10.5",
  trash: "M4.5 7H19.5M9.5 7V4H14.5V7M6.5 7 7.5 20H16.5L17.5 7M10.5 11V16M13.5 11V16",
  repeat: "M4 11V9.5A2.5 2.5 0 0 1 6.5 7H19M16 4 19 7 16 10M20 13V14.5A2.5 2.5 0 0 1 17.5 17H5M8 14 5 17 8 20",
  block: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM6 6 18 18",
  image: "M4 5H20V19H4zM4 16 9 11 14.5 16.5M13 15 16 12 20 16M15 8.5v.01",
  file: "M6 3H13.5L18 7.5V21H6zM13.5 3V7.5H18",
  sound: "M4 9.5V14.5H7.5L12 18.5V5.5L7.5 9.5zM15.5 9.5a4 4 0 0 1 0 5M18 7a7.5 7.5 0 0 1 0 10",
  face: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM9 9.5v.01M15 9.5v.01M8 14C9.5 17 14.5 17 16 14z",
  people: "M12 8.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM3 19C3 13.5 15 13.5 15 19M15.5 6a3 3 0 0 1 0 5.5M18 15C20 15.5 21 17 21 19",
  plus: "M12 5V19M5 12H19",
  sun: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM12 2.5V4.5M12 19.5V21.5M2.5 12H4.5M19.5 12H21.5M5.3 5.3 6.7 6.7M17.3 17.3 18.7 18.7M5.3 18.7 6.7 17.3M17.3 6.7 18.7 5.3",
  pulse: "M3 12H7L9.5 5 14 19 16.5 12H21",
  check: "M5 12.5 10 17.5 19.5 7",
  slash: "M15 4.5 9 19.5",
  warn: "M12 4 21 19.5H3zM12 10V14M12 16.7v.01",
  pin: "M12 21C8 16.5 5.5 13 5.5 9.5a6.5 6.5 0 0 1 13 0C18.5 13 16 16.5 12 21zM12 9.5v.01",
};
const SOLID = new Set(["send", "play"]);

/** A decorative icon; what it means is said by its button's label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", ...(SOLID.has(name) ? ["solid"] : []));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A round button that shows only an icon. */
export function iconButton(name, label, onclick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h("button", { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, onclick, ...rest }, icon(name));
}
