import { addCopyButtons } from "./copy.js";
import { follow, keepFresh } from "./live.js";
import { localise } from "./times.js";

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
localise(document);
addCopyButtons(document);
follow(document);
keepFresh((fresh) => {
  localise(fresh);
  addCopyButtons(fresh);
});
