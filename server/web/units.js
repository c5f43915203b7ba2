// Numbers in words, always with their unit.

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

const formats = new Map();
export function decimal(value, digits) {
  if (!formats.has(digits)) {
    formats.set(
      digits,
      new Intl.NumberFormat("en", {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
    );
  }
  return formats.get(digits).format(value).replace("-", "−");
}

export const count = (value) => decimal(value, 0);
export const counted = (value, one, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`;

// Three significant digits, without an exponent.
export function plain(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return count(value);
  const size = Math.abs(value);
  return decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

export const points = (value) => `${decimal(value, 3)} points`;
export const percent = (share) => `${decimal(share * 100, share > 0 && share < 1 ? 1 : 0)} %`;
export const metres = (value) => `${decimal(value, 1)} m`;

export function seconds(value) {
  if (value >= 120) return `${decimal(value / 60, 1)} min`;
  return `${decimal(value, value >= 10 ? 0 : 1)} s`;
}

const unitWords = { 1: "", "": "", share: "", count: "" };
export function quantity(value, unit = "") {
  const word = unit in unitWords ? unitWords[unit] : unit;
  return word ? `${plain(value)} ${word}` : plain(value);
}

// Scenarios say "1" for shares and for counts alike; people want to read 83 %. Also for records
// without units.
const metricUnits = [
  [/^time|_time$|_s$/, "s"],
  [/path|distance|travel|_m$/, "m"],
  [/^(reached|progress|survival|coverage|damage|hunger_mean)$|_rate$|_share$/, "share"],
];
export function metricUnit(name, told = "1") {
  if (told !== "1" && told !== "") return told;
  const known = metricUnits.find(([pattern]) => pattern.test(name));
  return known ? known[1] : "";
}

export const metricWords = (name) => name.replaceAll("_", " ");
export const shortHash = (hash) =>
  String(hash)
    .replace(/^sha256[:-]/, "")
    .slice(0, 8);
