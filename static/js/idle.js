// A shared tablet that nobody touches locks automatically. The server decides; this module tells it of touches that send nothing,
// and shows the lock screen when the time is over.

const TELL_MS = 60_000;
const LOOK_MS = 5_000;

/** Return what to do now: "lock" after the idle time, "tell" the server of a touch that it has not heard of, or nothing. */
export function due(now, touchedAt, toldAt, idleMs) {
  if (now - touchedAt >= idleMs) return "lock";
  return touchedAt > toldAt && now - toldAt >= TELL_MS ? "tell" : "";
}

function watch(form) {
  const idleMs = Number(form.dataset.idleMinutes) * 60_000;
  let touchedAt = Date.now();
  let toldAt = touchedAt;
  const touch = () => {
    touchedAt = Date.now();
  };
  for (const name of ["pointerdown", "keydown", "wheel"])
    addEventListener(name, touch, { passive: true, capture: true });

  const lock = () => {
    form.elements.next.value = location.pathname + location.search;
    form.submit();
  };
  const tell = async () => {
    toldAt = Date.now();
    try {
      const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
      const answer = await fetch(form.dataset.touchedUrl, { method: "POST", body });
      if (answer.status === 401 || answer.status === 403) lock(); // somebody locked it elsewhere
    } catch {
      // offline: the server hears of the next touch
    }
  };
  setInterval(() => {
    const act = due(Date.now(), touchedAt, toldAt, idleMs);
    if (act === "lock") lock();
    if (act === "tell") tell();
  }, LOOK_MS);
}

if (typeof document !== "undefined") {
  const form = document.querySelector("form[data-idle-minutes]");
  if (form) watch(form);
}
