// Numbers as people read them.

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

export function timeOfDay(milliseconds, withSeconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (withSeconds) options.second = "2-digit";
  return new Date(milliseconds).toLocaleTimeString("en-GB", options);
}

export function dayOf(milliseconds) {
  const day = new Date(milliseconds);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return "Today";
  const options = { day: "numeric", month: "long" };
  if (day.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return day.toLocaleDateString("en-GB", options);
}

export function milliseconds(value) {
  if (!Number.isFinite(value)) return "";
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** Micro-yuan as yuan: enough decimals that a detection (¥0.004) is not shown as nothing. */
export function yuan(microYuan) {
  const amount = microYuan / 1e6;
  return `¥${amount.toFixed(amount !== 0 && amount < 1 ? 3 : 2)}`;
}

export function fullName(person) {
  if (!person) return "Someone";
  return [person.first_name, person.last_name].filter(Boolean).join(" ") || person.title || "Someone";
}

export function initials(name) {
  const words = Array.from(name.matchAll(/[\p{L}\p{N}]+/gu), (match) => match[0]);
  const letters = words.slice(0, 2).map((word) => Array.from(word)[0]);
  return letters.join("").toUpperCase() || "?";
}

/** One of eight colours, the same one for the same id always. */
export function tint(id) {
  return Math.abs(Number(id) || 0) % 8;
}
