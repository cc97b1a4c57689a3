// Keeps what the page says of the services true: asks for the page now and then and takes over what changes by
// itself. The rest stays as it is: somebody may be reading it, or have the focus in it.
const everySeconds = 5;
const stale = document.getElementById("stale");

async function look() {
  if (!document.hidden) {
    try {
      const headers = { accept: "text/html" };
      const response = await fetch(window.location.href, { headers, cache: "no-store" });
      if (!response.ok) throw new Error(`status ${response.status}`);
      takeOver(new DOMParser().parseFromString(await response.text(), "text/html"));
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
  }
  window.setTimeout(look, everySeconds * 1000);
}

function takeOver(page) {
  const places = live(document);
  const found = live(page);
  const isSamePage =
    places.length === found.length && places.every(({ id }, at) => id === found[at].id);
  // A deployment has added or removed a service.
  if (!isSamePage) return window.location.reload();
  for (const [at, place] of places.entries()) {
    // The content, and not the element: a status is read out when its content changes, and only then.
    if (place.textContent === found[at].textContent) continue;
    place.className = found[at].className;
    place.replaceChildren(...found[at].childNodes);
  }
}

const live = (page) => [...page.querySelectorAll("[data-live]")];

window.setTimeout(look, everySeconds * 1000);
