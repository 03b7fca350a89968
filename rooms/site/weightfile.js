// The reader's own weight file: chosen or dropped, opened in the program, and never sent anywhere.

import { element, receiveDrops, say } from "./dom.js";
import { closeOwn, openOwn } from "./network.js";

/** @typedef {import("./lab.js").Lab} Lab */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./lab.js").File} File */

// Megabytes. A page has 512 for all copies together; a ResNet-50 has 98, and a network that computes needs its file several times.
const LARGEST = 110, LARGEST_USED = 50;

const KEY = "weights"; // of what is open in the lab

const text = {
  label: { en: "A file of your own", zh: "你自己的文件" },
  drop: { en: `A .pth or .safetensors of at most ${LARGEST} MB; it can be dropped here, too. It never leaves this device.`, zh: `不超过 ${LARGEST} MB 的 .pth 或 .safetensors，也可以拖到这里。文件不会离开这台设备。` },
  file: { en: "Weight file …", zh: "选择权重文件……" },
  use: { en: "Use it in the other rooms", zh: "在其他展室里使用" },
  back: { en: "Back to the site's network", zh: "换回本站的网络" },
  large: { en: `The file is larger than the ${LARGEST} MB that a page can hold: use the command line, resnetlab weights inspect FILE.`, zh: `文件超过网页能容纳的 ${LARGEST} MB，请用命令行：resnetlab weights inspect 文件。` },
  used: { en: `The other rooms have memory for a file of at most ${LARGEST_USED} MB. Its keys can be compared here; to compute with it, use the command line: resnetlab predict.`, zh: `其他展室的内存只够不超过 ${LARGEST_USED} MB 的文件。这里可以比较它的键；要用它计算，请用命令行 resnetlab predict。` },
  none: { en: "Choose a weight file of your own above, or one of the samples.", zh: "请在上面选择你自己的权重文件，或者选一个样例。" },
};

/** The reader's file. @type {File | undefined} */
let own;
/** What happened last: the panel may be built anew meanwhile. @type {{words: string, error: boolean} | undefined} */
let last;
let refocus = false; // the panel is built anew after a file was chosen: the focus goes back to its button
/** What each program has open. @type {WeakMap<Lab, {sample: string, own?: File, result: Result}>} */
const open = new WeakMap();

/** Opens a sample or the reader's file, where it is not open already, and returns what the library found in it. @param {Lab} lab @param {string} sample */
export async function openWeights(lab, sample) {
  const now = open.get(lab);
  if (now?.sample === sample && (sample !== "own" || now.own === own)) return now.result;
  if (sample === "own" && !own) throw new Error(say(text.none));
  const files = sample === "own" && own ? [own] : [];
  const result = await lab.open(KEY, "weightfile", files.length ? {} : { sample }, files);
  open.set(lab, { sample, own: files[0], result });
  return result;
}

/**
 * Puts the choice of a file into the panel. When one is open, state.sample becomes "own".
 * @param {HTMLElement} panel
 * @param {Lab} lab
 * @param {State} state
 * @param {() => void} changed
 */
export function chooseWeights(panel, lab, state, changed) {
  const says = element("p", { role: "status", class: last?.error && "error", hidden: !last }, last?.words ?? "");
  const tell = (/** @type {string} */ words, error = false) => {
    last = { words, error };
    says.textContent = words;
    says.className = error ? "error" : "";
    says.hidden = false;
  };
  const attempt = async (/** @type {() => Promise<string>} */ f) => {
    try {
      tell(await f());
    } catch (e) {
      tell(/** @type {Error} */ (e).message, true);
    }
  };
  const take = (/** @type {globalThis.File} */ file) => attempt(async () => {
    if (file.size > LARGEST << 20) throw new Error(say(text.large));
    const before = own;
    own = { name: file.name, blob: file };
    try {
      await openWeights(lab, "own");
    } catch (e) {
      own = before;
      throw e;
    }
    state.sample = "own";
    use.disabled = false;
    refocus = true;
    tell(file.name);
    changed();
    return file.name;
  });
  const input = element("input", { type: "file", hidden: true, accept: ".pth,.pt,.safetensors", onchange: () => {
    if (input.files?.[0]) take(input.files[0]);
    input.value = "";
  } });
  const use = element("button", { type: "button", disabled: !own, onclick: () => attempt(async () => {
    if ((own?.blob?.size ?? 0) > LARGEST_USED << 20) throw new Error(say(text.used));
    // A new program has none of the copies that the comparison made: a page has 512 MB.
    lab.close(KEY);
    open.delete(lab);
    lab.stop();
    const net = await openOwn(lab, /** @type {File} */ (own), state.arch ? { arch: state.arch } : {});
    return say({ en: `${net.arch} with ${net.classes.length} classes is what the other rooms look into now.`, zh: `现在其他展室看的是 ${net.arch}，共 ${net.classes.length} 类。` });
  }) }, say(text.use));
  const back = element("button", { type: "button", onclick: () => attempt(async () => say({ en: `The site's network is open: ${(await closeOwn(lab)).arch}.`, zh: `已换回本站的网络：${(await closeOwn(lab)).arch}。` })) }, say(text.back));
  const root = element("div", { class: "control wide", role: "group", "aria-label": say(text.label) },
    element("p", { class: "label" }, say(text.label)),
    element("p", { class: "actions" }, element("button", { type: "button", onclick: () => input.click() }, say(text.file)), use, back, input),
    element("p", { class: "hint" }, say(text.drop)), says);
  receiveDrops(root, take);
  panel.append(root);
  if (refocus) root.querySelector("button")?.focus();
  refocus = false;
}
