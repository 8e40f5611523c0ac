// Times come in UTC; the reader's own zone is easier to compare with a clock on the wall.

const clock = { day: "numeric", hour: "numeric", minute: "2-digit", month: "short" };
const thisYear = new Intl.DateTimeFormat(undefined, clock);
const otherYear = new Intl.DateTimeFormat(undefined, { ...clock, year: "numeric" });

export function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    time.title = time.textContent;
    const format = when.getFullYear() === new Date().getFullYear() ? thisYear : otherYear;
    time.textContent = format.format(when);
  }
}
