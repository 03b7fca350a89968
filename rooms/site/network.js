// The network that the rooms look into: the site's own, or the reader's weight file in its place.

import { share } from "./lab.js";

/** @typedef {import("./lab.js").Lab} Lab */
/** What is known of the open network. @typedef {{arch: string, classes: string[], side: number, notes: string[], own: boolean}} Network */

const KEY = "network"; // of what is open in the lab
const FILES = ["run.json", "best.safetensors"];

/** @type {Promise<Network> | undefined} */
let opened;

/** Opens the site's network, unless one is open already, and says which one is open. @param {Lab} lab @returns {Promise<Network>} */
export function openCourse(lab) {
  return share(lab, () => opened ?? remember(fetchFiles().then((files) => open(lab, { kind: "course" }, files))));
}

/**
 * Opens the reader's weight file in place of the network that was open. Where this fails, that one stays.
 * @param {Lab} lab
 * @param {import("./lab.js").File} file
 * @param {{arch?: string, classes?: string[], side?: number}} [about] - what the file does not say
 */
export async function openOwn(lab, file, about = {}) {
  const network = await open(lab, { kind: "own", ...about }, [file]);
  return remember(Promise.resolve(network));
}

/** Goes back to the site's network. @param {Lab} lab */
export function closeOwn(lab) {
  opened = undefined;
  return openCourse(lab);
}

/** Keeps what is opened, until it fails. @param {Promise<Network>} opening */
function remember(opening) {
  opened = opening;
  opening.catch(() => {
    if (opened === opening) opened = undefined;
  });
  return opening;
}

/** @param {Lab} lab @param {object} args @param {import("./lab.js").File[]} files @returns {Promise<Network>} */
async function open(lab, args, files) {
  const { value } = await lab.open(KEY, "network", args, files);
  return { ...value, own: files.length === 1 };
}

/** Fetches the network's files: once, as the browser keeps them. */
function fetchFiles() {
  return Promise.all(FILES.map(async (name) => {
    const response = await fetch(new URL(`network/${name}`, import.meta.url));
    if (!response.ok) throw new Error(`loading network/${name}: the server answers ${response.status}`);
    return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
  }));
}
