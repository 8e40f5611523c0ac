// A log that is being written: its new lines are added as the service sends them.

import { follow, isAtEnd, refresh } from "./live.js";

const AGAIN_SECONDS = 3;

let log = null;
let place;

begin();
document.addEventListener("shown", begin); // the log may come to be while the page is open

function begin() {
  const found = document.querySelector("[data-live]");
  if (!found || found === log) return;
  log = found;
  place = log.dataset.place;
  listen();
}

async function listen() {
  try {
    const answer = await fetch(log.dataset.live, {
      headers: { Accept: "text/event-stream", "Last-Event-ID": place },
    });
    if (!answer.ok) throw new Error(answer.statusText);
    if (await readEvents(answer.body)) {
      await refresh(); // to show how it ended
      return;
    }
  } catch {
    // asked again below
  }
  setTimeout(listen, 1000 * AGAIN_SECONDS);
}

// Returns whether the attempt is over.
async function readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    const lines = [];
    for (const event of events) {
      const fields = event.split("\n");
      if (fields.includes("event: end")) {
        add(lines);
        return true;
      }
      const id = fields.find((field) => field.startsWith("id: "));
      if (id) place = id.slice(4);
      const data = fields.filter((field) => field.startsWith("data: ")).map((field) => field.slice(6));
      if (data.length) lines.push(`${data.join("\n")}\n`);
    }
    add(lines);
  }
}

function add(lines) {
  if (!lines.length) return;
  const atEnd = isAtEnd(log);
  log.append(lines.join(""));
  if (atEnd) follow(document);
}
