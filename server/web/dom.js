// Small ways to make and find elements. Text is only ever set as text, so data cannot become
// markup.

export const byId = (id) => document.getElementById(id);

// element("li", {class: "run", "aria-current": "true"}, "text", childElement): attributes that are
// null,
// undefined or false are left out; `true` gives an empty attribute.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes = {}, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

// Writes only what changed: keeps selections and screen readers calm.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Runs `paint` at most once per displayed frame, however often the returned function is called.
export function oncePerFrame(paint) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      paint();
    });
  };
}
