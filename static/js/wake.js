// The wake lock: keeps the screen on while it shows a board with data-wake-lock.

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
