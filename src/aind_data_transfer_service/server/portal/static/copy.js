// A button on every example that takes it to the clipboard.

export function addCopyButtons(root) {
  if (!navigator.clipboard) return; // browsers give it to secure addresses only
  for (const block of root.querySelectorAll("pre[data-copy]")) {
    const button = root.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    block.append(button);
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button.copy");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not possible";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
