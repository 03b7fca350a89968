// Elements and words.

/** @typedef {import("./types.js").Words} Words */

/** The language of the page: "en" or "zh". @type {{now: "en" | "zh"}} */
export const language = { now: "en" };

/** Returns the text in the page's language. A string is the same in both. @param {Words | string} words */
export function say(words) {
  return typeof words === "string" ? words : words[language.now];
}

/**
 * Makes an element. Attributes whose value is false or undefined are left out; "on..." attributes are listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * Makes an element of SVG.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} e
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 */
function fill(e, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) e.setAttribute(name, value === true ? "" : String(value));
  }
  e.append(...children);
  return e;
}

/** Formats a number for readers: 1 234 567, 0.0123, 3.4e-7. @param {number} n @param {number} [digits] significant digits */
export function format(n, digits = 3) {
  if (Number.isInteger(n)) return n.toLocaleString("en-US").replaceAll(",", "\u202f");
  if (!Number.isFinite(n)) return String(n);
  const size = Math.abs(n);
  return size >= 1e-3 && size < 1e6 ? String(Number(n.toPrecision(digits))) : n.toExponential(digits - 1);
}

/** Makes a table. Numbers stand at the right. @param {string[]} header @param {(string | number)[][]} rows */
export function table(header, rows) {
  const isNumber = header.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  const cell = (/** @type {"th" | "td"} */ tag, /** @type {string | number} */ v, /** @type {number} */ i) =>
    element(tag, { class: isNumber[i] && "number", scope: tag === "th" && "col" }, typeof v === "number" ? format(v, 4) : v);
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say({ en: "Numbers", zh: "数值" }) },
    element("table", {},
      element("thead", {}, element("tr", {}, ...header.map((h, i) => cell("th", h, i)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((v, i) => cell("td", v, i)))))));
}

/** Takes the first file that is dropped on an element. @param {HTMLElement} root @param {(file: File) => void} take */
export function receiveDrops(root, take) {
  root.addEventListener("dragover", (event) => {
    event.preventDefault();
    root.classList.add("over");
  });
  root.addEventListener("dragleave", () => root.classList.remove("over"));
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}
