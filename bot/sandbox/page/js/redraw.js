// When a place of the page is drawn anew: soon, once for many changes, and never under a finger.

const SOON_MILLISECONDS = 16; // not requestAnimationFrame: a page in the background must keep up as well
const waiting = new Set();
let pressed = null; // what a finger or a mouse button is on: a browser drops the click if it goes

addEventListener("pointerdown", (event) => (pressed = event.target), true);
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => setTimeout(letGo)); // the click comes first

/** The function to call whenever what `place` shows has changed. */
export function redrawing(place, draw) {
  let scheduled = false;
  const attempt = () => {
    if (place.contains(pressed)) return void waiting.add(attempt);
    scheduled = false;
    draw();
  };
  return () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(attempt, SOON_MILLISECONDS);
  };
}

function letGo() {
  pressed = null;
  const late = [...waiting];
  waiting.clear();
  for (const attempt of late) attempt();
}
