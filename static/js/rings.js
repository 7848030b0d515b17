// The sound of service calls on the floor: two falling tones, and a short vibration on a phone, when guests call and each time
// that a call rings again until somebody takes it. A call for which everybody was called sounds louder and twice. The row in the
// list shows the same. A browser keeps a page silent until a person touches it. "Sound off" of the wall on the same device
// silences the floor as well.

const TONES = [784, 587];
const TONE_S = 0.18;

let context = null;
let before = null; // {id of the row: its rings}

/** Return whether a call rang since `earlier`; both map the ids of rows to their rings. */
export function hasRung(earlier, now) {
  return [...now].some(([id, rings]) => rings > (earlier.get(id) ?? 0));
}

function ringing(more = "") {
  const rows = document.querySelectorAll(`#needs > .need[data-rings]${more}:not([data-outside])`);
  return new Map([...rows].map((row) => [row.id, Number(row.dataset.rings)]));
}

function isMuted() {
  try {
    return localStorage.getItem("bistro.muted") === "yes";
  } catch {
    return false;
  }
}

function play(isLoud) {
  navigator.vibrate?.(isLoud ? [300, 150, 300] : 200);
  if (isMuted() || context?.state !== "running") return;
  const tones = isLoud ? [...TONES, ...TONES] : TONES;
  for (const [index, frequency] of tones.entries()) {
    const start = context.currentTime + index * TONE_S;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(isLoud ? 0.9 : 0.3, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}

function listen() {
  const now = ringing();
  if (before && hasRung(before, now)) play(hasRung(before, ringing("[data-for-all]")));
  before = now;
}

function unlock() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
}

/** Ring from now on. */
export function startRings() {
  before = ringing();
  document.addEventListener("bistro:swapped", listen);
  document.addEventListener("pointerdown", unlock);
  document.addEventListener("keydown", unlock);
}
