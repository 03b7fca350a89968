// Controls: a slider over a list of values, a choice, a tick box. Each works by keyboard and says its value.

import { element, say } from "./dom.js";

/** @typedef {import("./types.js").Control} Control */
/** @typedef {import("./types.js").Value} Value */

/**
 * Makes a control.
 * @param {Control} c
 * @param {Value} value
 * @param {(v: Value) => void} changed
 */
export function control(c, value, changed) {
  const make = { steps, choice, toggle }[c.kind];
  return element("div", { class: "control" }, ...make(c, value, changed));
}

/** @param {Control} c @param {number} i */
function nameOf(c, i) {
  return say(c.names?.[i] ?? String(c.values?.[i]));
}

/** @param {Control} c @param {Value} value @param {(v: Value) => void} changed */
function steps(c, value, changed) {
  const values = c.values ?? [];
  const start = values.indexOf(value);
  const shown = element("output", {}, nameOf(c, start));
  const range = element("input", { type: "range", id: `control-${c.name}`, "data-control": c.name, min: 0, max: values.length - 1, step: 1, "aria-valuetext": nameOf(c, start) });
  range.value = String(start); // after min and max: a value outside them would be cut
  range.addEventListener("input", () => {
    const i = Number(range.value);
    shown.textContent = nameOf(c, i);
    range.setAttribute("aria-valuetext", nameOf(c, i));
    changed(values[i]);
  });
  return [element("label", { for: range.id }, say(c.label), shown), range];
}

/** @param {Control} c @param {Value} value @param {(v: Value) => void} changed */
function choice(c, value, changed) {
  const values = c.values ?? [];
  const select = element("select", { id: `control-${c.name}`, "data-control": c.name }, ...values.map((v, i) => element("option", { value: i, selected: v === value }, nameOf(c, i))));
  select.addEventListener("change", () => changed(values[Number(select.value)]));
  return [element("label", { for: select.id }, say(c.label)), select];
}

/** @param {Control} c @param {Value} value @param {(v: Value) => void} changed */
function toggle(c, value, changed) {
  const box = element("input", { type: "checkbox", id: `control-${c.name}`, "data-control": c.name, checked: value === true });
  box.addEventListener("change", () => changed(box.checked));
  return [element("p", { class: "label" }, element("label", { for: box.id }, box, " ", say(c.label)))];
}
