// The live events, over a WebSocket that comes back by itself and misses nothing.

const PAUSES_MILLISECONDS = [400, 800, 1500, 3000, 5000];
const REPLAY_DEADLINE_MILLISECONDS = 2000;

/**
 * Follows /sim/events. After a lost connection it asks again from the last event it has, and
 * expects that very event first: another one, or none, means the sandbox was started anew.
 */
export class Events {
  constructor({ onEvent, onStatus, onRestart }) {
    Object.assign(this, { onEvent, onStatus, onRestart });
    this.last = null;
    this.failures = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  connect() {
    this.abandon();
    clearTimeout(this.timer);
    this.onStatus(this.failures ? "reconnecting" : "connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const after = this.last ? this.last.n - 1 : 0;
    const socket = new WebSocket(`${scheme}://${location.host}/sim/events?after=${after}`);
    this.socket = socket;
    this.proof = this.last;
    socket.onopen = () => this.opened();
    socket.onmessage = (frame) => socket === this.socket && this.received(JSON.parse(frame.data));
    socket.onclose = () => socket === this.socket && this.closed();
  }

  opened() {
    this.failures = 0;
    this.onStatus("connected");
    if (this.proof) this.timer = setTimeout(() => this.restarted(), REPLAY_DEADLINE_MILLISECONDS);
  }

  received(event) {
    if (!this.proof) {
      this.last = { n: event.n, at: event.at_milliseconds };
      this.onEvent(event);
      return;
    }
    clearTimeout(this.timer);
    const same = event.n === this.proof.n && event.at_milliseconds === this.proof.at;
    this.proof = null;
    if (!same) this.restarted();
  }

  async restarted() {
    this.last = null;
    this.abandon();
    await this.onRestart();
    this.connect();
  }

  closed() {
    clearTimeout(this.timer);
    this.socket = null;
    const pause = PAUSES_MILLISECONDS[Math.min(this.failures, PAUSES_MILLISECONDS.length - 1)];
    this.failures += 1;
    this.onStatus("disconnected");
    this.timer = setTimeout(() => this.connect(), pause);
  }

  /** Try now instead of after the pause: the network is back, or somebody looks at the page. */
  hurry() {
    if (!this.socket) this.connect();
  }

  abandon() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
