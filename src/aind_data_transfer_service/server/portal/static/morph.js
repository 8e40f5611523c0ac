// Makes one element like another by changing only what differs.

const OWNED_BY_THE_READER = new Set(["open"]); // which sections are open

export function morph(old, fresh) {
  morphAttributes(old, fresh);
  const before = [...old.childNodes];
  const after = [...fresh.childNodes];
  after.forEach((node, place) => {
    const known = before[place];
    if (!known) old.append(node);
    else if (!alike(known, node)) known.replaceWith(node);
    else if (node.nodeType === Node.ELEMENT_NODE) morph(known, node);
    else if (known.nodeValue !== node.nodeValue) known.nodeValue = node.nodeValue;
  });
  before.slice(after.length).forEach((node) => node.remove());
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
