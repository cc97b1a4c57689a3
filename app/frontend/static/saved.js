// Asks now and then whether a photo that wasn't saved yet is, and says so in its place once it is. The rest of
// the page stays as it is: somebody may just be choosing the right class.
const everySeconds = 2;

async function look() {
  try {
    const response = await fetch(window.location.href, { headers: { accept: "text/html" } });
    const html = new DOMParser().parseFromString(await response.text(), "text/html");
    if (html.querySelector("#state.saved")) {
      for (const id of ["state", "details"])
        take(html.getElementById(id), document.getElementById(id));
      return;
    }
  } catch {
    // The server is away for a moment; the next look tells.
  }
  window.setTimeout(look, everySeconds * 1000);
}

/** The content, and not the element: a status is read out when its content changes. */
function take(found, place) {
  place.className = found.className;
  place.replaceChildren(...found.childNodes);
}

window.setTimeout(look, 500);
