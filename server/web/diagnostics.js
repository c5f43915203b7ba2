// Findings about a source, as the checker tells them: {line, column, severity, message, hint}, all
// optional.
import { element } from "./dom.js";
import { isNumber } from "./units.js";

export const diagnosticRow = (found) => Number(found.line ?? found.range?.line) || 0;
export const diagnosticColumn = (found) => Number(found.column ?? found.range?.column) || 0;

// "Line 3, column 9", or nothing when no place is known.
export function diagnosticPlace(found) {
  const row = diagnosticRow(found);
  const column = diagnosticColumn(found);
  if (row < 1) return "";
  return isNumber(column) && column >= 1 ? `Line ${row}, column ${column}` : `Line ${row}`;
}

// A list item with the place, the message and what to write instead. With `go`, it is a button to
// the place.
export function diagnosticItem(found, go) {
  const place = diagnosticPlace(found);
  const words = [
    place ? element("b", {}, `${place}: `) : null,
    String(found.message ?? ""),
    found.hint ? element("span", { class: "fix" }, ` ${found.hint}`) : null,
  ];
  const severity = found.severity === "warning" ? "warning" : "error";
  if (!go || !place) return element("li", { "data-severity": severity }, ...words);
  return element(
    "li",
    { "data-severity": severity },
    element(
      "button",
      {
        type: "button",
        title: "Go to this line",
        click: () => go(diagnosticRow(found), diagnosticColumn(found) || 1),
      },
      ...words,
    ),
  );
}
