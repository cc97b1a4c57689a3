// Asks now and then whether a photo that wasn't saved yet is, and shows the page anew once it is.
const everySeconds = 2;

async function look() {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(window.location.href, { headers });
    if (response.ok && (await response.json()).saved) {
      window.location.reload();
      return;
    }
  } catch {
    // The server is away for a moment; the next look tells.
  }
  window.setTimeout(look, everySeconds * 1000);
}

window.setTimeout(look, 500);
