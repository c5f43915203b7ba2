// A text area over a coloured copy of its own text. The sheet around both scrolls, so nothing has
// to be kept in step.
import { diagnosticRow } from "./diagnostics.js";
import { byId, element } from "./dom.js";
import { tokenizeLua } from "./highlight.js";

const kIndent = "  ";
const kGutterSlackPx = 8;

export class CodeEditor {
  // on: {change(), submit()}
  constructor(on) {
    this.on = on;
    this.source = byId("source");
    this.paintNode = byId("paint");
    this.gutter = byId("gutter");
    this.sheet = byId("editor");
    this.shown = []; // per line: its tokens as one string, to repaint only what changed
    this.marks = new Map();
    this.leaving = false;
    this.source.addEventListener("input", () => {
      this.clearMarks();
      this.repaint();
      on.change();
    });
    this.source.addEventListener("keydown", (event) => this.onKey(event));
    this.source.addEventListener("keyup", () => this.revealColumn());
    this.source.addEventListener("blur", () => {
      this.leaving = false;
    });
    this.repaint();
  }

  get text() {
    return this.source.value;
  }

  // Replaces everything; forgets undo history and marks.
  setText(text, { keepPlace = false } = {}) {
    const { scrollTop, scrollLeft } = this.sheet;
    this.source.value = text;
    this.clearMarks();
    this.repaint();
    this.sheet.scrollTop = keepPlace ? scrollTop : 0;
    this.sheet.scrollLeft = keepPlace ? scrollLeft : 0;
  }

  setEditable(editable) {
    this.source.readOnly = !editable;
  }

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      this.on.submit();
      return;
    }
    if (event.key === "Escape") {
      this.leaving = true; // the next Tab moves the focus, as everywhere else
      return;
    }
    const leaving = this.leaving;
    if (event.key !== "Shift") this.leaving = false;
    if (this.source.readOnly || event.isComposing) return;
    if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey || this.selectionSpansLines()) this.shiftLines(event.shiftKey);
      else this.insert(kIndent);
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.insert(`\n${this.indentHere()}`);
    }
  }

  // By way of the browser, so that undo knows about it.
  insert(text) {
    this.source.focus();
    if (!document.execCommand("insertText", false, text)) {
      this.source.setRangeText(text, this.source.selectionStart, this.source.selectionEnd, "end");
      this.source.dispatchEvent(new Event("input"));
    }
    this.revealCaret();
  }

  indentHere() {
    const before = this.text.slice(0, this.source.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    return line.match(/^[ \t]*/)[0];
  }

  selectionSpansLines() {
    const { selectionStart, selectionEnd } = this.source;
    return this.text.slice(selectionStart, selectionEnd).includes("\n");
  }

  shiftLines(outward) {
    const { selectionStart, selectionEnd } = this.source;
    const from = this.text.lastIndexOf("\n", selectionStart - 1) + 1;
    const lines = this.text.slice(from, selectionEnd).split("\n");
    const shifted = lines
      .map((line) => (outward ? line.replace(/^ {1,2}|^\t/, "") : kIndent + line))
      .join("\n");
    this.source.setSelectionRange(from, selectionEnd);
    this.insert(shifted);
    this.source.setSelectionRange(from, from + shifted.length);
  }

  // [{line, message, hint, severity}]: marks lines in the text and in the gutter.
  mark(diagnostics) {
    this.marks.clear();
    for (const found of diagnostics) {
      const line = diagnosticRow(found);
      if (!(line >= 1)) continue;
      const worse = found.severity === "warning" && this.marks.get(line) !== "bad" ? "warn" : "bad";
      this.marks.set(line, worse);
    }
    this.source.setAttribute("aria-invalid", String(this.marks.size > 0));
    this.paintMarks();
  }

  clearMarks() {
    if (this.marks.size > 0) this.mark([]);
  }

  paintMarks() {
    for (const row of [...this.gutter.children, ...this.paintNode.children])
      row.removeAttribute("data-mark");
    for (const [line, severity] of this.marks) {
      for (const rows of [this.gutter, this.paintNode]) {
        rows.children[Math.min(line, rows.childElementCount) - 1]?.setAttribute(
          "data-mark",
          severity,
        );
      }
    }
  }

  // Puts the caret at a place (counted from 1; columns in bytes of UTF-8) and shows it.
  goTo(line, column = 1) {
    const lines = this.text.split("\n");
    const row = Math.min(Math.max(1, line), lines.length) - 1;
    const bytes = new TextEncoder().encode(lines[row]).slice(0, Math.max(0, column - 1));
    const inLine = new TextDecoder().decode(bytes).length;
    const at = lines.slice(0, row).reduce((sum, text) => sum + text.length + 1, 0) + inLine;
    this.source.focus({ preventScroll: true });
    this.source.setSelectionRange(at, at);
    this.reveal(row);
  }

  revealCaret() {
    this.reveal(this.text.slice(0, this.source.selectionStart).split("\n").length - 1);
  }

  // The browser shows the caret too, but it does not know that the gutter lies over the text.
  revealColumn() {
    const before = this.text.slice(0, this.source.selectionEnd);
    if (!before.includes("\n")) this.sheet.scrollTop = 0;
    const column = before.length - before.lastIndexOf("\n") - 1;
    this.pen ??= document.createElement("canvas").getContext("2d");
    this.pen.font = getComputedStyle(this.source).font;
    const x = this.pen.measureText(before.slice(before.length - column)).width;
    if (x < this.sheet.scrollLeft + kGutterSlackPx)
      this.sheet.scrollLeft = Math.max(0, x - 2 * kGutterSlackPx);
  }

  reveal(row) {
    const node = this.gutter.children[row];
    if (!node) return;
    const top = node.offsetTop;
    const { scrollTop, clientHeight } = this.sheet;
    const height = node.offsetHeight;
    if (top < scrollTop + height) this.sheet.scrollTop = Math.max(0, top - 2 * height);
    else if (top + 2 * height > scrollTop + clientHeight)
      this.sheet.scrollTop = top + 3 * height - clientHeight;
  }

  repaint() {
    const lines = tokenizeLua(this.text);
    const keys = lines.map((line) =>
      line.map((token) => `${token.kind}\u0001${token.text}`).join("\u0002"),
    );
    let same = 0;
    while (same < keys.length && same < this.shown.length && keys[same] === this.shown[same])
      same += 1;
    let tail = 0;
    while (
      tail < keys.length - same &&
      tail < this.shown.length - same &&
      keys[keys.length - 1 - tail] === this.shown[this.shown.length - 1 - tail]
    )
      tail += 1;
    const rows = this.paintNode.children;
    for (let excess = this.shown.length - tail - same; excess > 0; excess -= 1) rows[same].remove();
    const fresh = lines.slice(same, lines.length - tail).map(paintLine);
    if (rows[same]) rows[same].before(...fresh);
    else this.paintNode.append(...fresh);
    this.shown = keys;
    while (this.gutter.childElementCount > lines.length) this.gutter.lastElementChild.remove();
    while (this.gutter.childElementCount < lines.length) {
      this.gutter.append(element("span", {}, String(this.gutter.childElementCount + 1)));
    }
  }
}

function paintLine(tokens) {
  return element(
    "span",
    { class: "line" },
    ...tokens.map((token) =>
      token.kind === "plain"
        ? token.text
        : element("span", { class: `lua-${token.kind}` }, token.text),
    ),
    "\n",
  );
}
