// The submit page: what is dropped, pasted or mended is checked at once. The server makes the page
// each time, as it does without this; here only what differs is changed.

import { moveWithKeys } from "./cells.js";
import { addCopyButtons } from "./copy.js";
import { showInDialog } from "./dialog.js";
import { draft, reader } from "./draft.js";
import { putFile, watchDrops } from "./drop.js";
import { morph } from "./morph.js";

const PAUSE_MS = 500; // after the last keystroke
const CELLS = '[name^="cell."]';
const NO_ANSWER = "The service does not answer. What you have entered is still here.";

const form = document.getElementById("sheet");
const status = document.getElementById("status");
let newest = null; // the request under way; answers to those before it do not count
let chosen = null; // the file whose rows are shown, until one of them is mended
let submitting = false;
let pause;

async function send(submitter) {
  if (submitting) return;
  clearTimeout(pause);
  newest?.abort();
  const mine = new AbortController();
  newest = mine;
  submitting = submitter?.dataset.submit !== undefined;
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const sent = new FormData(form, submitter);
  const before = status.textContent;
  document.body.classList.add("is-busy");
  status.textContent = submitting ? "Submitting …" : "Checking …";
  try {
    const answer = await fetch(address, { method: "POST", body: sent, signal: mine.signal });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== newest) return;
    addCopyButtons(fresh);
    status.textContent = before;
    if (answer.redirected) leaveFor(answer.url);
    else if (!answer.ok) complain(fresh.querySelector("main .why")?.textContent ?? NO_ANSWER);
    else if (submitter?.dataset.dialog !== undefined) showInDialog(fresh);
    else show(fresh, sent);
  } catch {
    if (mine !== newest) return;
    status.textContent = before;
    complain(NO_ANSWER, submitter);
  }
  submitting = false;
  document.body.classList.remove("is-busy");
}

function show(fresh, sent) {
  const focused = document.activeElement;
  const isNew = !form.elements.email;
  const rows = form.elements.table?.value;
  document.title = fresh.title;
  morph(document.querySelector("main"), fresh.querySelector("main"));
  if (sent.get("file").size) chosen = sent.get("file");
  else if (form.elements.table?.value !== rows) chosen = null;
  form.elements.file.value = form.elements.pasted.value = "";
  if (isNew) {
    reader.restore(form);
    document.querySelector(".verdict")?.scrollIntoView({ block: "nearest" });
  }
  draft.keep(form);
  if (settle(sent)) checkSoon();
  refocus(focused);
}

// Shows the server's value in each cell, but in those changed since; returns whether there are any.
function settle(sent) {
  let changed = false;
  for (const cell of form.querySelectorAll(CELLS)) {
    if (sent.has(cell.name) && sent.get(cell.name) !== cell.value) changed = true;
    else if (cell.options) cell.value = cell.querySelector("[selected]").value;
    else cell.value = cell.defaultValue;
  }
  return changed;
}

function refocus(focused) {
  const wanted = form.querySelector("[autofocus]") ?? document.getElementById(focused.id);
  if (wanted && wanted !== document.activeElement) wanted.focus();
  else if (document.activeElement === document.body && focused !== document.body) {
    document.getElementById("verdict")?.focus(); // the button has done its work and is gone
  }
}

function complain(message, submitter) {
  const box = document.createElement("div");
  box.className = "failure";
  const text = document.createElement("p");
  text.textContent = message;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => send(submitter));
  box.append(text, again);
  document.getElementById("trouble").replaceChildren(box);
}

// The file itself is given back with comments, if it still is what is shown.
function sendChosenAlong() {
  if (!chosen) return;
  putFile(form, chosen);
  setTimeout(() => { form.elements.file.value = ""; });
}

function leaveFor(address) {
  draft.forget();
  location.assign(address);
}

function checkSoon() {
  clearTimeout(pause);
  pause = setTimeout(send, PAUSE_MS);
}

form.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (submitter?.dataset.plain !== undefined) {
    sendChosenAlong();
    return;
  }
  event.preventDefault();
  if (submitter?.dataset.submit !== undefined && !form.elements.email.reportValidity()) return;
  send(submitter);
});

form.addEventListener("input", (event) => {
  if (event.target.matches(CELLS)) checkSoon();
});

form.addEventListener("change", (event) => {
  if (event.target.matches(`${CELLS}, [name="file"]`)) send();
  else if (event.target.matches('[name="email"], [name="notify"]')) reader.keep(form);
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-start-over]")) draft.forget();
});

moveWithKeys(form, CELLS);
watchDrops(form, () => send());
if (form.elements.email) reader.restore(form);
if (draft.restore(form)) send();
