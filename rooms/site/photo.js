// The picture that the rooms look at: a drawn one, or the reader's own from a file, by dropping, pasting or the camera. It stays on the device.
//
// A room calls choosePhoto in its furnish, and openPhoto before its own computation. The choice lies in state.photo: "many.3.0" for a drawn
// picture (task, class, index), "own" for the reader's.

import { takePicture } from "./camera.js";
import { element, receiveDrops, say } from "./dom.js";
import { pixels } from "./draw.js";
import { share } from "./lab.js";

/** @typedef {import("./lab.js").Lab} Lab */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {{name: string, bytes: Uint8Array}} File */
/** @typedef {{task?: string, size?: number, first?: string}} Options - the drawn data set, the shorter side in pixels, the picture at the start */

const LARGEST = 64; // megabytes of a file
const SERIES = 50; // how many pictures of each class can be leafed through

const text = {
  label: { en: "Picture", zh: "图片" },
  drop: { en: "Drop or paste a picture here, too. It stays on this device.", zh: "也可以把图片拖到这里，或者粘贴进来。图片不会离开这台设备。" },
  file: { en: "Picture file …", zh: "选择图片文件……" },
  camera: { en: "Camera …", zh: "拍照……" },
  others: { en: "Other drawings", zh: "换一批画" },
  own: { en: "your picture", zh: "你的图片" },
  large: { en: `The file is larger than ${LARGEST} MB: make the picture smaller.`, zh: `文件超过 ${LARGEST} MB，请先把图片缩小。` },
  empty: { en: "There is no picture on the clipboard.", zh: "剪贴板里没有图片。" },
};

/** The reader's own picture. @type {File | undefined} */
let own;
/** What each program has open. @type {WeakMap<Lab, {key: string, own?: File, result: Result}>} */
const open = new WeakMap();
/** Small pictures to choose from, by task and index. @type {Map<string, Promise<Result>>} */
const series = new Map();
/** The picture whose button gets the focus back when the buttons are made anew. @type {string | undefined} */
let refocus;
/** The widget on the page, which gets what is pasted. @type {{root: HTMLElement, take: (file: Blob | undefined, name: string) => void} | undefined} */
let shown;

document.addEventListener("paste", (event) => {
  if (!shown?.root.isConnected || !event.clipboardData) return;
  const file = [...event.clipboardData.files].find((f) => f.type.startsWith("image/"));
  if (file || !event.clipboardData.types.includes("text/plain")) shown.take(file, "clipboard");
});

/**
 * Opens the chosen picture in the program, where it is not open already. Returns the answer of the computation "photo".
 * @param {Lab} lab
 * @param {State} state
 * @param {Options} [options]
 */
export async function openPhoto(lab, state, options = {}) {
  const key = keyOf(state, options), now = open.get(lab);
  if (now?.key === key && (key !== "own" || now.own === own)) return now.result;
  const opened = key === "own" && own ? { key, own } : { key };
  const result = opened.own ? await lab.open("photo", "photo", {}, [opened.own]) : await lab.open("photo", "photo", { drawn: drawnBy(key, options) }, []);
  open.set(lab, { ...opened, result });
  return result;
}

/** Returns the choice. An own picture that a reload has lost becomes the first drawing. @param {State} state @param {Options} options */
function keyOf(state, { task = "many", size = 96, first = `${task}.3.0` }) {
  const chosen = state.photo === "own" ? own && "own" : /^\w+\.\d+\.\d+$/.exec(state.photo ?? "")?.[0];
  return chosen === "own" ? chosen : `${chosen ?? first}.${size}`;
}

/** @param {string} key @param {Options} options */
function drawnBy(key, { size = 96 }) {
  const [task, kind, index] = key.split(".");
  return { task, class: Number(kind), index: Number(index), size };
}

/**
 * Puts the choice of a picture into the panel.
 * @param {HTMLElement} panel
 * @param {Lab} lab
 * @param {State} state
 * @param {() => void} changed
 * @param {Options} [options]
 */
export function choosePhoto(panel, lab, state, changed, options = {}) {
  const error = element("p", { class: "error", role: "alert", hidden: true });
  const list = element("ul", { class: "pictures", "aria-label": say(text.label) });
  const root = element("div", { class: "control wide", role: "group", "aria-label": say(text.label) });
  const choose = (/** @type {string} */ photo) => {
    error.hidden = true;
    state.photo = refocus = photo;
    mark(list, keyOf(state, options));
    changed();
  };
  const refuse = (/** @type {string} */ why) => {
    error.textContent = why;
    error.hidden = false;
  };
  const take = async (/** @type {Blob | undefined} */ file, /** @type {string} */ name) => {
    if (!file) return refuse(say(text.empty));
    if (file.size > LARGEST << 20) return refuse(say(text.large));
    const before = own;
    try {
      own = { name, bytes: new Uint8Array(await file.arrayBuffer()) };
      await openPhoto(lab, { photo: "own" }, options);
      choose("own");
      showDrawings(list, lab, state, choose, options, refuse);
    } catch (e) {
      own = before;
      refuse(/** @type {Error} */ (e).message);
    }
  };
  root.append(element("p", { class: "label" }, say(text.label)), list, buttons(root, take, refuse, () => {
    const [task, kind, index] = keyOf({ photo: state.photo === "own" ? undefined : state.photo }, options).split(".");
    choose(`${task}.${kind}.${(Number(index) + 1) % SERIES}`);
    showDrawings(list, lab, state, choose, options, refuse);
  }), error);
  receiveDrops(root, (file) => take(file, file.name));
  panel.append(root);
  shown = { root, take };
  showDrawings(list, lab, state, choose, options, refuse);
}

/**
 * @param {HTMLElement} root
 * @param {(file: Blob | undefined, name: string) => void} take
 * @param {(why: string) => void} refuse
 * @param {() => void} leaf
 */
function buttons(root, take, refuse, leaf) {
  const input = element("input", { type: "file", accept: "image/*", hidden: true, onchange: () => {
    const file = input.files?.[0];
    if (file) take(file, file.name);
    input.value = "";
  } });
  const all = [
    element("button", { type: "button", "data-control": "photo", onclick: leaf }, say(text.others)),
    element("button", { type: "button", onclick: () => input.click() }, say(text.file)),
  ];
  if ("mediaDevices" in navigator) { // only in a secure context
    all.push(element("button", { type: "button", onclick: async () => {
      try {
        const picture = await takePicture(root);
        if (picture) take(picture, "camera.png");
      } catch (e) {
        refuse(/** @type {Error} */ (e).message);
      }
    } }, say(text.camera)));
  }
  return element("div", {}, element("p", { class: "actions" }, ...all, input), element("p", { class: "hint" }, say(text.drop)));
}

/**
 * Returns small drawn pictures, one of each class. They are kept for all rooms.
 * @param {Lab} lab
 * @param {string} task
 * @param {number} index - number of the picture in its class
 */
export function drawings(lab, task, index) {
  const key = `${task}.${index}`;
  return share(lab, () => series.get(key) ?? keep(key, lab.call("drawings", { task, index })));
}

/** Keeps a computation until it fails. @param {string} key @param {Promise<Result>} asked */
function keep(key, asked) {
  series.set(key, asked);
  asked.catch(() => series.delete(key));
  return asked;
}

/**
 * Shows the drawn pictures to choose from, and the reader's own before them.
 * @param {HTMLElement} list
 * @param {Lab} lab
 * @param {State} state
 * @param {(photo: string) => void} choose
 * @param {Options} options
 * @param {(why: string) => void} refuse
 */
async function showDrawings(list, lab, state, choose, options, refuse) {
  const { task = "many" } = options, index = Number(keyOf(state, options).split(".")[2] ?? 0);
  try {
    const { value, buffers } = await drawings(lab, task, index);
    const item = (/** @type {string} */ photo, /** @type {string} */ name, /** @type {Node} */ picture) => element("li", {},
      element("button", { type: "button", title: name, "data-photo": photo, onclick: () => choose(photo) }, picture));
    const items = value.classes.map((/** @type {string} */ name, /** @type {number} */ i) =>
      item(`${task}.${i}.${index}`, name, pixels(value.pictures[i], buffers, { label: name, width: 44 })));
    const mine = open.get(lab);
    if (own && mine?.own === own) items.unshift(item("own", own.name, pixels(mine.result.value.preview, mine.result.buffers, { label: say(text.own), width: 60 })));
    list.replaceChildren(...items);
    if (refocus && document.activeElement === document.body) /** @type {HTMLElement | null} */ (list.querySelector(`[data-photo="${CSS.escape(refocus)}"]`))?.focus();
    mark(list, keyOf(state, options));
  } catch (e) {
    refuse(/** @type {Error} */ (e).message);
  }
}

/** Marks the chosen picture. @param {HTMLElement} list @param {string} key */
function mark(list, key) {
  for (const button of list.querySelectorAll("button")) {
    const photo = button.dataset.photo ?? "";
    button.setAttribute("aria-pressed", String(photo === key || key.startsWith(`${photo}.`)));
  }
}
