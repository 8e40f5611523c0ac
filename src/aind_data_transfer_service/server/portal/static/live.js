// Keeps a page fresh: asks for it again now and then and changes only what differs, so that
// focus, selection, scrolling and opened sections stay. Other addresses of a page are shown the
// same way.

import { morph } from "./morph.js";

const SLOWEST_SECONDS = 60;

let prepare = () => {};
let failures = 0;
let timer;
let asked = 0;
let shownAddress = address();

function address() {
  return location.pathname + location.search;
}

export function keepFresh(prepareFresh) {
  prepare = prepareFresh;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && document.body.dataset.refresh) refresh();
  });
  plan();
}

export async function goTo(address) {
  history.pushState(null, "", address);
  await refresh();
}

window.addEventListener("popstate", () => {
  if (address() !== shownAddress) refresh(); // else it is another place of the same page
});

export async function refresh() {
  clearTimeout(timer);
  if (document.hidden) return; // asked for again when the page is looked at
  const connection = document.getElementById("connection");
  asked += 1;
  const number = asked;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (number !== asked) return; // the reader has gone on meanwhile
    if (answer.status >= 500) throw new Error(answer.statusText);
    show(new DOMParser().parseFromString(text, "text/html"));
    failures = 0;
    connection.textContent = "";
  } catch {
    if (number !== asked) return;
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

function show(fresh) {
  shownAddress = address();
  prepare(fresh);
  const log = document.querySelector("[data-follow]");
  const atEnd = log === null || isAtEnd(log);
  document.title = fresh.title;
  document.body.dataset.refresh = fresh.body.dataset.refresh ?? "";
  morph(document.querySelector("main"), fresh.querySelector("main"));
  document.dispatchEvent(new Event("shown"));
  if (atEnd) follow(document);
}

export function follow(root) {
  const log = root.querySelector("[data-follow]");
  if (log) log.scrollTop = log.scrollHeight;
}

export function isAtEnd(element) {
  return element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
}
