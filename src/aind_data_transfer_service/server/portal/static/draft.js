// What this browser remembers: the rows being mended until its tab is closed, the reader's mail
// address for longer.

const DRAFT = "draft";
const READER = "reader";
const FIELDS = ["draft", "name", "table"];

function load(storage, name) {
  try {
    return JSON.parse(window[storage].getItem(name));
  } catch {
    return null; // the browser keeps nothing for this site
  }
}

function keep(storage, name, value) {
  try {
    window[storage].setItem(name, JSON.stringify(value));
  } catch {
    // it keeps nothing, or there is too much of it
  }
}

export const draft = {
  keep(form) {
    if (!form.elements.table) return;
    keep("sessionStorage", DRAFT, FIELDS.map((name) => form.elements[name].value));
  },

  // Puts the rows back into a page without any; returns whether there were some.
  restore(form) {
    const values = form.elements.table ? null : load("sessionStorage", DRAFT);
    if (!values) return false;
    const table = document.createElement("textarea");
    table.name = "table";
    table.hidden = true;
    form.append(table);
    FIELDS.forEach((name, place) => { form.elements[name].value = values[place]; });
    return true;
  },

  forget() {
    keep("sessionStorage", DRAFT, null);
  },
};

export const reader = {
  keep(form) {
    const kinds = [...form.elements.notify].filter((box) => box.checked).map((box) => box.value);
    keep("localStorage", READER, { email: form.elements.email.value, kinds });
  },

  restore(form) {
    const known = load("localStorage", READER);
    if (!known || form.elements.email?.value) return;
    form.elements.email.value = known.email;
    for (const box of form.elements.notify) box.checked = known.kinds.includes(box.value);
  },
};
