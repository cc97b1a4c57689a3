// Improves the upload form, which works without this: more ways to choose a photo, a preview, large photos
// made small, and sending in the background, so that after a failure the photo is still chosen.
import { offerOtherWays } from "./other-ways.js";
import { shrink } from "./shrink.js";

const form = document.getElementById("upload");
const field = document.getElementById("photo");
const preview = document.getElementById("preview");
const note = document.getElementById("note");
const problem = document.getElementById("problem");
const send = document.getElementById("send");
const sendText = send.textContent;

const offline = {
  message: "The page's server can't be reached, so the photo wasn't sent.",
  advice: "Check your connection, then send it again.",
};

field.addEventListener("change", () => {
  const [photo] = field.files;
  note.textContent = "";
  problem.hidden = true;
  URL.revokeObjectURL(preview.src);
  preview.hidden = !photo;
  if (photo) preview.src = URL.createObjectURL(photo);
});

offerOtherWays((photo, count) => {
  const chosen = new DataTransfer();
  chosen.items.add(photo);
  field.files = chosen.files;
  field.dispatchEvent(new Event("change"));
  if (count > 1) note.textContent = "One photo at a time: this is the first of them.";
  send.focus();
});

// A file that the browser can't show gets no broken picture; the server says what is wrong with it.
preview.addEventListener("error", () => {
  preview.hidden = true;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  setBusy(true);
  const outcome = await sent(field.files[0]);
  if (outcome.url) {
    window.location.assign(outcome.url);
    return;
  }
  setBusy(false);
  problem.textContent = [outcome.message, outcome.advice].filter(Boolean).join(" ");
  problem.hidden = false;
  send.focus(); // which it lost by being disabled: the Enter key tries again
});

// A page that comes back by the Back button is as it was left: busy.
window.addEventListener("pageshow", () => setBusy(false));

/** The answer: the address of the prediction, or a problem. */
async function sent(original) {
  const photo = await shrink(original);
  if (photo !== original) note.textContent = "The photo was made smaller before sending.";
  if (photo.size > form.dataset.limitMib * 2 ** 20) return { message: form.dataset.tooLarge };
  const body = new FormData();
  body.set("photo", photo);
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
