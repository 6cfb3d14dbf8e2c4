// Speaking: hold the microphone and let go to send, or click it and then send or cancel.

import { takeReply } from "./composer.js";
import { clock } from "./format.js";
import { sendOut } from "./outgoing.js";
import { toast } from "./overlays.js";
import { samples } from "./welcome.js";

const HOLD_MILLISECONDS = 450;
const SHORTEST_MILLISECONDS = 300;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const BAR_PIXELS = 4;

const button = document.getElementById("microphone");
const form = document.getElementById("composer");
const time = document.getElementById("recording-time");
const canvas = document.getElementById("recording-wave");
let take = null; // {recorder, stream, context, analyser, chunks, startedAt, levels}
let pressedAt = 0;
let asking = false;

export function start() {
  button.addEventListener("pointerdown", pressed);
  button.addEventListener("click", (event) => event.detail === 0 && toggle()); // by keyboard
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch means "speak"
  addEventListener("pointerup", released);
  addEventListener("pointercancel", () => (pressedAt = 0));
  document.getElementById("recording-cancel").addEventListener("click", () => finish(false));
  document.getElementById("recording-send").addEventListener("click", () => finish(true));
  addEventListener("keydown", (event) => take && event.key === "Escape" && finish(false));
}

function pressed(event) {
  if (event.button !== 0 || take) return;
  pressedAt = event.timeStamp;
  begin();
}

/** A long press is "hold to talk": letting go sends. A short one leaves the recording running. */
function released(event) {
  const held = pressedAt && event.timeStamp - pressedAt > HOLD_MILLISECONDS;
  pressedAt = 0;
  if (held && take) finish(true);
}

const toggle = () => (take ? finish(true) : begin());

async function begin() {
  if (take || asking) return;
  asking = true;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    take = record(stream);
  } catch (error) {
    pressedAt = 0;
    toast(refusal(error), "bad", { label: "Send the sample voice", run: samples[1].run });
    return;
  } finally {
    asking = false;
  }
  form.classList.add("recording");
  document.getElementById("recording-send").focus();
  show();
}

function refusal(error) {
  if (error.name === "NotAllowedError") return "The browser may not use the microphone.";
  if (error.name === "NotFoundError") return "There is no microphone here.";
  return "The microphone could not be used.";
}

function record(stream) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 48_000 });
  const chunks = [];
  recorder.ondataavailable = (event) => event.data.size && chunks.push(event.data);
  recorder.start(250);
  return { recorder, stream, context, analyser, chunks, startedAt: performance.now(), levels: [] };
}

async function finish(send) {
  const done = take;
  take = null;
  if (!done) return;
  const lasted = performance.now() - done.startedAt;
  await new Promise((resolve) => {
    done.recorder.onstop = resolve;
    done.recorder.stop();
  });
  done.stream.getTracks().forEach((track) => track.stop());
  done.context.close();
  form.classList.remove("recording");
  button.focus();
  if (send && lasted < SHORTEST_MILLISECONDS) toast("Hold the microphone while you speak, or click it once to start.");
  else if (send) deliver(done);
}

function deliver(done) {
  const type = done.recorder.mimeType.split(";")[0];
  const file = new Blob(done.chunks, { type });
  sendOut({ kind: "voice", file, file_name: `voice.${type.split("/")[1]}`, mime_type: type, reply_to_message_id: takeReply() });
}

function show() {
  if (!take) return;
  time.textContent = clock((performance.now() - take.startedAt) / 1000);
  take.levels.push(level(take.analyser));
  draw(take.levels);
  setTimeout(show, 60);
}

function level(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.min(1, Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length) * 4);
}

function draw(levels) {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = getComputedStyle(canvas).color;
  levels.slice(-Math.floor(width / BAR_PIXELS)).forEach((value, i) => {
    const tall = Math.max(2, value * height);
    pen.fillRect(i * BAR_PIXELS, (height - tall) / 2, BAR_PIXELS - 1.5, tall);
  });
}
