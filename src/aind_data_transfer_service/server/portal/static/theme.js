// Before anything is drawn: the reader's choice of light or dark, which else follows the system.

(() => {
  const root = document.documentElement;
  try {
    root.dataset.theme = localStorage.getItem("theme") ?? "";
  } catch {
    root.dataset.theme = ""; // the browser keeps nothing for this site
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("button.theme")) return;
    const chosen = root.dataset.theme;
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // it holds until the page is left
    }
  });
})();
