// A file that is dropped anywhere on the page, or rows that are pasted into it.

const TYPING = "input, textarea, select, [contenteditable]";

export function putFile(form, file) {
  const one = new DataTransfer();
  one.items.add(file);
  form.elements.file.files = one.files;
}

export function watchDrops(form, taken) {
  let depth = 0; // how many elements the pointer has come into and not left

  function dragging(on) {
    depth = on ? depth + 1 : Math.max(0, depth - 1);
    document.body.classList.toggle("is-dragging", depth > 0);
  }

  function takeFirst(files) {
    putFile(form, files[0]);
    taken();
  }

  document.addEventListener("dragenter", (event) => { if (hasFiles(event)) dragging(true); });
  document.addEventListener("dragleave", (event) => { if (hasFiles(event)) dragging(false); });
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });

  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser opens the file in place of the page
    depth = 0;
    dragging(false);
    takeFirst(event.dataTransfer.files);
  });

  document.addEventListener("paste", (event) => {
    if (event.target.closest?.(TYPING)) return;
    const { files } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain");
    if (files.length) takeFirst(files);
    else if (/[\t\n]/.test(text)) {
      form.elements.pasted.value = text;
      taken();
    }
  });
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}
