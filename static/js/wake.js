// Keeps the screen of a board with data-wake-lock on. The browser lets go whenever the page is hidden, so it is asked for again.
// Needs https or localhost; elsewhere the device's own settings must keep it on.

async function keepAwake() {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-wake-lock]")) return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch (refused) {
    console.info("The screen may go dark:", refused.message);
  }
}

document.addEventListener("visibilitychange", keepAwake);
keepAwake();
