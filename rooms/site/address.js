// The state of a room lies in the address: #/groups?lang=zh&groups=8. A teacher sends the link, and the page opens as it was.

/** @typedef {import("./types.js").Room} Room */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Value} Value */

/** Splits the address into a room's name and its settings. @returns {{id: string, settings: URLSearchParams}} */
export function read() {
  const [id, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { id: decodeURIComponent(id), settings: new URLSearchParams(query) };
}

/**
 * Returns the values of a room's controls: those of the address that a control can have, else the start values. Other settings stay as text:
 * they belong to the controls that a room furnishes itself.
 * @param {Room} room
 * @param {URLSearchParams} settings
 */
export function state(room, settings) {
  /** @type {State} */
  const all = Object.fromEntries(settings);
  delete all.lang;
  for (const c of room.controls) {
    const values = c.kind === "toggle" ? [true, false] : (c.values ?? []);
    const text = settings.get(c.name);
    all[c.name] = values.find((v) => String(v) === text) ?? c.start;
  }
  return all;
}

/**
 * Writes the state into the address. Start values are left out.
 * @param {Room} room
 * @param {State} values
 * @param {string} lang
 */
export function write(room, values, lang) {
  const settings = new URLSearchParams({ lang });
  const starts = Object.fromEntries(room.controls.map((c) => [c.name, c.start]));
  for (const [name, v] of Object.entries(values)) {
    if (v !== undefined && v !== "" && v !== starts[name]) settings.set(name, String(v));
  }
  history.replaceState(null, "", `#/${room.id}?${settings}`);
}
