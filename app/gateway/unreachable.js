/* global setInterval, fetch, location */
// Asks for the page's own address until its service answers, then shows what is there.
setInterval(async () => {
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => undefined);
  if (answer && answer.status !== 503) location.reload();
}, 5000);
