// The list of jobs: filters take effect by themselves, and rows are selected.

import { goTo } from "./live.js";

const PAUSE_MS = 150;

const filters = document.querySelector("form.filters");
let typing;

function apply() {
  clearTimeout(typing);
  const values = [...new FormData(document.querySelector("form.filters"))].filter(([, value]) => value !== "");
  goTo(`/jobs?${new URLSearchParams(values)}`);
}

if (filters) {
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("form.filters")) return;
    clearTimeout(typing);
    typing = setTimeout(apply, event.target.type === "search" ? PAUSE_MS : 0);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.filters")) return;
    event.preventDefault();
    apply();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('.chips a, thead a, .pages a, .filters a, .empty a[href^="/jobs"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(link.href);
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.("input.all")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.closest?.("#selected")) tellSelection();
});
document.addEventListener("shown", tellSelection);
tellSelection();

function boxes() {
  return document.querySelectorAll('#selected input[name="job"]');
}

function tellSelection() {
  const chosen = document.querySelector("#selected .chosen");
  if (!chosen) return;
  const all = [...boxes()];
  const count = all.filter((box) => box.checked).length;
  const text = count ? `${count} selected` : chosen.dataset.none;
  if (chosen.textContent !== text) chosen.textContent = text;
  for (const button of document.querySelectorAll("#selected .selection button")) button.disabled = count === 0;
  const every = document.querySelector("input.all");
  every.checked = count > 0 && count === all.length;
  every.indeterminate = count > 0 && count < all.length;
}
