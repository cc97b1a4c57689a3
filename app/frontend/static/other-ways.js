// Other ways to choose a photo than the form's field: drop it on the page, paste it, take it.

/** Calls `choose` with the one picture that was dropped, pasted or taken, and with how many there were. */
export function offerOtherWays(choose) {
  const body = document.body;
  const carriesFiles = (event) => event.dataTransfer.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // or the browser would show the file instead of this page
    body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    body.classList.remove("dropping");
    chooseFirst(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => chooseFirst(event.clipboardData.files));

  const camera = document.getElementById("camera-photo");
  camera.addEventListener("change", () => chooseFirst(camera.files));
  // Where a finger points there is a camera behind the screen; elsewhere there are windows and a keyboard.
  const hasTouch = window.matchMedia("(pointer: coarse)").matches;
  document.getElementById("camera").hidden = !hasTouch;
  document.getElementById("ways").hidden = hasTouch;

  function chooseFirst(files) {
    if (files.length > 0) choose(files[0], files.length);
  }
}
