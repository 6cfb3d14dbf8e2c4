// A voice message or sound file: play button, waveform to seek in, time.

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { clock } from "./format.js";

const BARS = 44;
const STEP_SECONDS = 2;
let decoder = null;

export function voice(file, title = null) {
  const audio = h("audio", { src: fileUrl(file.file_id), preload: "metadata" });
  const bars = Array.from({ length: BARS }, () => h("i"));
  const wave = h("div", { class: "wave", role: "slider", tabindex: 0, "aria-label": "Position", "aria-valuemin": 0, "aria-valuemax": file.duration ?? 0, "aria-valuenow": 0 }, bars);
  const button = h("button", { type: "button", class: "voice-play", "aria-label": "Play" }, icon("play"));
  const time = h("span", { class: "voice-time" }, clock(file.duration));
  const player = { audio, bars, wave, button, time, claimed: file.duration ?? 0 };
  listenTo(player);
  drawPeaks(file, bars);
  return h("div", { class: "voice" }, audio, button, h("div", { class: "voice-body" }, title && h("b", { class: "voice-title" }, title), wave, time));
}

/** Only one thing speaks at a time. */
export function pauseOthers(playing) {
  for (const other of document.querySelectorAll("video, audio")) if (other !== playing) other.pause();
}

function lengthOf({ audio, claimed }) {
  return Number.isFinite(audio.duration) ? audio.duration : claimed;
}

function listenTo(player) {
  const { audio, button, wave } = player;
  button.onclick = () => (audio.paused ? audio.play().catch(() => show(player)) : audio.pause());
  audio.onplay = () => {
    pauseOthers(audio);
    follow(player);
  };
  audio.onpause = audio.onended = audio.onseeked = audio.onloadedmetadata = () => show(player);
  wave.onclick = (event) => {
    const box = wave.getBoundingClientRect();
    audio.currentTime = ((event.clientX - box.left) / box.width) * lengthOf(player);
  };
  wave.onkeydown = (event) => {
    const step = { ArrowRight: STEP_SECONDS, ArrowLeft: -STEP_SECONDS }[event.key];
    if (!step) return;
    event.preventDefault();
    audio.currentTime = Math.max(0, audio.currentTime + step);
  };
}

function follow(player) {
  show(player);
  if (!player.audio.paused) requestAnimationFrame(() => follow(player));
}

function show(player) {
  const { audio, bars, wave, button, time } = player;
  const length = lengthOf(player);
  const ended = audio.ended || audio.currentTime === 0;
  const share = ended && audio.paused ? 0 : audio.currentTime / (length || 1);
  bars.forEach((bar, i) => bar.classList.toggle("past", i / BARS < share));
  const name = audio.paused ? "play" : "pause";
  if (button.dataset.shows !== name) {
    button.dataset.shows = name;
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
  }
  time.textContent = share > 0 ? `${clock(audio.currentTime)} / ${clock(length)}` : clock(length);
  wave.setAttribute("aria-valuemax", Math.round(length));
  wave.setAttribute("aria-valuenow", Math.round(audio.currentTime));
  wave.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(length)}`);
}

async function drawPeaks(file, bars) {
  setHeights(bars, bars.map((_, i) => 0.25 + 0.15 * Math.abs(Math.sin(i * 1.7))));
  try {
    const bytes = await (await fetch(fileUrl(file.file_id))).arrayBuffer();
    decoder ??= new OfflineAudioContext(1, 1, 16000);
    setHeights(bars, peaks((await decoder.decodeAudioData(bytes)).getChannelData(0)));
  } catch {
    // A sound this browser cannot decode keeps the plain wave; the bot may still read it.
  }
}

function peaks(samples) {
  const width = Math.max(1, Math.floor(samples.length / BARS));
  const loud = Array.from({ length: BARS }, (_, bar) => {
    let sum = 0;
    for (let i = bar * width; i < (bar + 1) * width && i < samples.length; i += 8) sum += samples[i] ** 2;
    return Math.sqrt(sum / (width / 8));
  });
  const top = Math.max(...loud, 1e-4);
  return loud.map((value) => Math.sqrt(value / top));
}

function setHeights(bars, heights) {
  bars.forEach((bar, i) => bar.style.setProperty("--height", `${Math.round(12 + 88 * heights[i])}%`));
}
