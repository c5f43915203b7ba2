// A light Lua tokenizer for colouring. It never fails: what it does not know is plain text.

const kKeywords = new Set(
  (
    "and break do else elseif end false for function goto if in local nil not or repeat return " +
    "then true until while"
  ).split(" "),
);
const kNames = new Set(["self", "world", "policy", "math", "string", "table", "effects"]);

const kToken = new RegExp(
  [
    "(?<comment>--(?!\\[=*\\[)[^\\n]*)",
    "(?<string>\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)",
    "(?<number>0[xX][0-9a-fA-F]+|(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)",
    "(?<name>[A-Za-z_][A-Za-z0-9_]*)",
  ].join("|"),
  "y",
);
const kLongOpen = /(--)?\[(=*)\[/y;

// [[{kind, text}, …] per line]; kinds: comment string number keyword name call plain.
export function tokenizeLua(source) {
  const lines = [[]];
  const put = (kind, text) => {
    text.split("\n").forEach((piece, index) => {
      if (index > 0) lines.push([]);
      if (piece === "") return;
      const line = lines.at(-1);
      const before = line.at(-1);
      if (before && before.kind === kind) before.text += piece;
      else line.push({ kind, text: piece });
    });
  };
  let at = 0;
  while (at < source.length) {
    kLongOpen.lastIndex = at;
    const long = kLongOpen.exec(source);
    if (long) {
      const close = source.indexOf(`]${long[2]}]`, kLongOpen.lastIndex);
      const end = close < 0 ? source.length : close + long[2].length + 2;
      put(long[1] ? "comment" : "string", source.slice(at, end));
      at = end;
      continue;
    }
    kToken.lastIndex = at;
    const token = kToken.exec(source);
    if (!token) {
      put("plain", source[at]);
      at += 1;
      continue;
    }
    put(kindOf(token, source), token[0]);
    at = kToken.lastIndex;
  }
  return lines;
}

function kindOf(token, source) {
  const { comment, string, number, name } = token.groups;
  if (comment !== undefined) return "comment";
  if (string !== undefined) return "string";
  if (number !== undefined) return "number";
  if (kKeywords.has(name)) return "keyword";
  const before = source[token.index - 1];
  if (kNames.has(name) && before !== "." && before !== ":") return "name";
  const after = source
    .slice(token.index + name.length, token.index + name.length + 2)
    .trimStart()[0];
  return after === "(" ? "call" : "plain";
}
