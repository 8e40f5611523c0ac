// Times come in UTC; the reader's own zone is easier to compare with a clock on the wall.

const shown = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    time.title = time.textContent;
    time.textContent = shown.format(when);
  }
}
