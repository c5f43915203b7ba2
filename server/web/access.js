// The token of a server that is reached from other machines. Kept for this tab only, asked for when
// it is missing.
import { byId, setText } from "./dom.js";

const kKey = "cherub.token";
let asking = null;

const token = () => sessionStorage.getItem(kKey) ?? "";

// One letter per byte of UTF-8: headers and btoa() take no others.
const asBytes = (text) => String.fromCharCode(...new TextEncoder().encode(text));

export const accessHeaders = () =>
  token() === "" ? {} : { Authorization: `Bearer ${asBytes(token())}` };

// What a WebSocket offers: a browser cannot send headers along with it.
export function accessProtocols() {
  if (token() === "") return ["cherub.v1"];
  const encoded = btoa(asBytes(token()))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
  return ["cherub.v1", `cherub.bearer.${encoded}`];
}

// Resolves to whether there is a new token to try. Several askers share one question.
export function askForToken() {
  asking ??= new Promise((answer) => {
    const dialog = byId("token-dialog");
    const field = byId("token");
    setText(
      byId("token-label"),
      token() === "" ? "This server asks for a token" : "That token is wrong",
    );
    field.value = "";
    dialog.addEventListener(
      "close",
      () => {
        asking = null;
        const given = dialog.returnValue === "use" ? field.value.trim() : "";
        if (given !== "") sessionStorage.setItem(kKey, given);
        answer(given !== "");
      },
      { once: true },
    );
    dialog.returnValue = "";
    dialog.showModal();
  });
  return asking;
}
