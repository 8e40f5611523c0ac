import { addCopyButtons } from "./copy.js";
import { follow, keepFresh } from "./live.js";
import { localise } from "./times.js";

localise(document);
addCopyButtons(document);
follow(document);
keepFresh((fresh) => {
  localise(fresh);
  addCopyButtons(fresh);
});
