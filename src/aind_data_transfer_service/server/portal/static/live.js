// Keeps a page fresh: asks for it again now and then and changes only what differs, so that
// focus, selection, scrolling and opened sections stay.

import { morph } from "./morph.js";

const SLOWEST_SECONDS = 60;

export function keepFresh(prepare) {
  if (!document.body.dataset.refresh) return;
  const connection = document.getElementById("connection");
  let failures = 0;
  let timer;

  async function refresh() {
    clearTimeout(timer);
    if (document.hidden) return; // asked for again when the page is looked at
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      prepare(fresh);
      show(fresh);
      failures = 0;
      connection.textContent = "";
    } catch {
      failures += 1;
      connection.textContent = "The service does not answer; what is shown may be old.";
    }
    plan();
  }

  function plan() {
    const pace = Number(document.body.dataset.refresh);
    if (!pace) return; // nothing changes any more
    timer = setTimeout(refresh, 1000 * Math.min(pace * 2 ** failures, SLOWEST_SECONDS));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && document.body.dataset.refresh) refresh();
  });
  plan();
}

function show(fresh) {
  const log = document.querySelector("[data-follow]");
  const atEnd = log === null || isAtEnd(log);
  document.title = fresh.title;
  document.body.dataset.refresh = fresh.body.dataset.refresh ?? "";
  morph(document.querySelector("main"), fresh.querySelector("main"));
  if (atEnd) follow(document);
}

export function follow(root) {
  const log = root.querySelector("[data-follow]");
  if (log) log.scrollTop = log.scrollHeight;
}

function isAtEnd(element) {
  return element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
}
