// Makes one element like another by changing only what differs. Elements with an id are found
// again wherever they have moved to.

const OWNED_BY_THE_READER = new Set(["open"]); // which sections are open

export function morph(old, fresh) {
  morphAttributes(old, fresh);
  if (old.matches("input, select, textarea, [data-mine]")) {
    if (old !== document.activeElement) takeValue(old, fresh);
    if (!old.matches("select")) return;
  }
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const stays = new Set([...fresh.children].map((child) => child.id).filter((id) => byId.has(id)));
  let place = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    // What has gone is passed over, so that the rest finds its like.
    while (place?.id && !stays.has(place.id) && node.id) place = removed(place);
    const known = (node.id && byId.get(node.id)) || (place && !stays.has(place.id) ? place : null);
    if (!known) {
      old.insertBefore(node, place);
      continue;
    }
    if (known !== place) old.insertBefore(known, place);
    else place = place.nextSibling;
    if (!alike(known, node)) known.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) morph(known, node);
    else if (known.nodeValue !== node.nodeValue) known.nodeValue = node.nodeValue;
  }
  while (place) place = removed(place);
}

function removed(node) {
  const following = node.nextSibling;
  node.remove();
  return following;
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.id === other.id;
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OWNED_BY_THE_READER.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (OWNED_BY_THE_READER.has(name)) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// What the reader types or chooses stays, unless the page itself says something new.
function takeValue(old, fresh) {
  if (old.matches("select")) old.value = fresh.value;
  else if (old.matches("textarea")) old.defaultValue = fresh.defaultValue; // stays below what is typed
  else if (old.matches('[type="search"], [type="date"]')) old.value = fresh.getAttribute("value") ?? "";
}
