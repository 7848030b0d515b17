// Sounds of the kitchen board: two rising tones for a new ticket, three equal ones for a changed line.
// Browsers keep a page silent until somebody has touched it; until then the sound button says so.

const TUNES = { new: [660, 880], changed: [520, 520, 520] };
const STORE = "bistro.muted";

let context = null;
let report = () => {};
let known = null;

const muted = () => localStorage.getItem(STORE) === "yes";

/** What the sound button says, and its state: on, off or blocked. */
export function soundWord() {
  if (muted()) return { word: "Sound off", state: "off" };
  if (context?.state === "running") return { word: "Sound on", state: "on" };
  return { word: "Tap to allow sound", state: "blocked" };
}

function play(tune) {
  if (muted() || context?.state !== "running") return;
  TUNES[tune].forEach((frequency, index) => {
    const start = context.currentTime + index * 0.16;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.3, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.14);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.15);
  });
}

async function unlock() {
  report();
  try {
    if (!context) {
      context = new AudioContext();
      context.onstatechange = report;
    }
    if (context.state === "suspended") await context.resume();
  } catch (refused) {
    console.info("No sound:", refused.message);
  }
  report();
}

/** Off, or on with a test tone. A first touch while sound is blocked only allows it. */
export async function toggleSound() {
  const blocked = soundWord().state === "blocked";
  if (!blocked) localStorage.setItem(STORE, muted() ? "no" : "yes");
  await unlock();
  play("new");
}

/** Ticket id -> how many of its lines are marked as changed. */
function look() {
  const tickets = document.querySelectorAll("#tickets > .ticket");
  return new Map([...tickets].map((ticket) => [ticket.id, ticket.querySelectorAll("[data-changed]").length]));
}

function listen() {
  const before = known;
  known = look();
  const ids = [...known.keys()];
  if (ids.some((id) => !before.has(id))) play("new");
  else if (ids.some((id) => known.get(id) > before.get(id))) play("changed");
}

/** Begin; `changed` is called whenever the button's words may have to change. */
export function startSounds(changed) {
  report = changed;
  known = look();
  document.addEventListener("bistro:swapped", listen);
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, (touch) => {
      if (!touch.target.closest?.('[data-act="sound"]') && touch.key !== "m" && context?.state !== "running") unlock();
    });
  }
  unlock();
}
