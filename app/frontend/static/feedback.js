// Sends feedback without leaving the page. The forms work without this, and the page that they would lead
// to is asked for here as well: what it says about the feedback is taken from it.
const unreachable = "The page's server can't be reached, so this wasn't noted. Please try again.";

document.addEventListener("submit", async (event) => {
  const section = document.getElementById("feedback");
  if (!section.contains(event.target)) return;
  event.preventDefault();
  const { target: form, submitter } = event;
  const fields = new URLSearchParams(new FormData(form));
  fields.set(submitter.name, submitter.value);
  submitter.disabled = true;
  const { answer, problem } = await page(form.action, fields);
  submitter.disabled = false;
  if (answer) {
    section.replaceWith(answer);
    document.getElementById("said").focus();
    return;
  }
  const place = document.getElementById("problem");
  place.textContent = problem;
  place.hidden = false;
  submitter.focus(); // which it lost by being disabled
});

/** The feedback part of the page that follows, or the words of the page of a problem. */
async function page(url, body) {
  try {
    const response = await fetch(url, { method: "POST", headers: { accept: "text/html" }, body });
    const html = new DOMParser().parseFromString(await response.text(), "text/html");
    const answer = html.getElementById("feedback");
    const words = [...html.querySelectorAll("main p")].slice(0, 2);
    return { answer, problem: words.map(({ textContent }) => textContent).join(" ") };
  } catch {
    return { problem: unreachable };
  }
}
