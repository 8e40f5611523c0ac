// Shows what another page says in a dialog of this one.

export function showInDialog(fresh) {
  const dialog = document.querySelector("dialog");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(close, fresh.querySelector("[data-dialog-content]"));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog")) event.target.close(); // the click was beside its content
});
