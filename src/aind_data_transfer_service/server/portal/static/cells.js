// In the sheet, Up, Down and Enter lead to the cell above or below, as in a spreadsheet.

const STEPS = { ArrowUp: -1, ArrowDown: 1, Enter: 1 };

export function moveWithKeys(form, cells) {
  form.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!(key in STEPS) || !target.matches(cells)) return;
    if (target.options && key !== "Enter") return; // a list moves in itself
    event.preventDefault();
    beside(target, STEPS[key])?.focus();
  });
}

function beside(cell, step) {
  const column = cell.closest("td").cellIndex;
  const body = cell.closest("tbody");
  const other = step > 0 ? body.nextElementSibling : body.previousElementSibling;
  return other?.rows?.[0]?.cells[column]?.querySelector("input, select");
}
