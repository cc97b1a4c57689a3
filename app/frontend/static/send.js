// Sends a form in the background. XMLHttpRequest and not fetch: it tells how much of it has gone.

/** Longer than the server waits for a whole request. */
const TIMEOUT_SECONDS = 150;

const OFFLINE = {
  message: "The page's server can't be reached, so the photo wasn't sent.",
  advice: "Check your connection, then send it again.",
};

/** The server's answer, or a problem of the same shape. `onProgress` gets the share sent, 0 to 1. */
export function send(url, body, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = TIMEOUT_SECONDS * 1000;
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (total > 0) onProgress(loaded / total);
    });
    request.addEventListener("load", () => resolve(answerOf(request)));
    for (const failure of ["error", "timeout", "abort"]) {
      request.addEventListener(failure, () => resolve(OFFLINE));
    }
    request.send(body);
  });
}

/** Something between browser and server may answer in its place, and then it isn't JSON. */
function answerOf({ responseText, status }) {
  try {
    return JSON.parse(responseText);
  } catch {
    return { message: `The server's answer (${status}) can't be read.`, advice: "Send it again." };
  }
}
