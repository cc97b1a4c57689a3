// Improves the upload form, which works without this: a preview, and sending in the background, so that
// after a failure the photo is still chosen and can be sent again.
const form = document.getElementById("upload");
const field = document.getElementById("photo");
const preview = document.getElementById("preview");
const problem = document.getElementById("problem");
const send = document.getElementById("send");
const sendText = send.textContent;

const offline = {
  message: "The page's server can't be reached, so the photo wasn't sent.",
  advice: "Check your connection, then send it again.",
};

field.addEventListener("change", () => {
  const [photo] = field.files;
  problem.hidden = true;
  URL.revokeObjectURL(preview.src);
  preview.hidden = !photo;
  if (photo) preview.src = URL.createObjectURL(photo);
});

// A file that the browser can't show gets no broken picture; the server says what is wrong with it.
preview.addEventListener("error", () => {
  preview.hidden = true;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setBusy(true);
  const outcome = await upload(new FormData(form));
  if (outcome.url) {
    window.location.assign(outcome.url);
    return;
  }
  setBusy(false);
  problem.textContent = [outcome.message, outcome.advice].filter(Boolean).join(" ");
  problem.hidden = false;
});

// A page that comes back by the Back button is as it was left: busy.
window.addEventListener("pageshow", () => setBusy(false));

async function upload(body) {
  try {
    const headers = { accept: "application/json" };
    const response = await fetch(form.action, { method: "POST", headers, body });
    return await response.json();
  } catch {
    return offline;
  }
}

function setBusy(busy) {
  send.disabled = busy;
  send.textContent = busy ? "Looking…" : sendText;
  form.setAttribute("aria-busy", String(busy));
}
