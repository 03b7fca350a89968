// The page: header, language, and the room that the address names.

import * as address from "./address.js";
import { element, language, say } from "./dom.js";
import { Lab, load } from "./lab.js";
import { rooms } from "./list.js";
import { RoomView } from "./view.js";

const main = /** @type {HTMLElement} */ (document.getElementById("room"));
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const switcher = /** @type {HTMLButtonElement} */ (document.getElementById("language"));

/** @type {RoomView | undefined} */
let view;
/** @type {Lab} */
let lab;

const welcome = {
  title: { en: "Rooms: look inside ResNet and ResNeXt", zh: "展室：走进 ResNet 和 ResNeXt" },
  text: {
    en: "Each room lets you move something and see what the library computes, here in your browser. Your pictures and weight files stay on this device. After the first visit the rooms work offline.",
    zh: "每间展室里都有东西可以拨动，算出结果的是库本身，就在你的浏览器里。你的图片和权重文件不会离开这台设备。打开过一次之后，断网也能用。",
  },
};

/** Shows what the address names. */
function show() {
  const { id, settings } = address.read();
  const wanted = settings.get("lang");
  if (wanted === "en" || wanted === "zh") language.now = wanted;
  document.documentElement.lang = language.now === "zh" ? "zh-CN" : "en";
  switcher.textContent = language.now === "zh" ? "English" : "中文";
  switcher.lang = language.now === "zh" ? "en" : "zh-CN";
  view?.leave();
  view = undefined;
  main.replaceChildren();
  const room = rooms.find((r) => r.id === id);
  navigate(room?.id);
  document.title = room ? `${say(room.title)} · resnetlab` : say(welcome.title);
  if (room) view = new RoomView(room, main, lab, address.state(room, settings), tell);
  else main.append(...front());
}

/** Draws the list of rooms. @param {string} [current] */
function navigate(current) {
  const nav = /** @type {HTMLElement} */ (document.getElementById("rooms"));
  nav.setAttribute("aria-label", say({ en: "Rooms", zh: "展室" }));
  nav.replaceChildren(...rooms.map((r) =>
    element("a", { href: `#/${r.id}?lang=${language.now}`, "aria-current": r.id === current && "page" }, say(r.title))));
}

/** Returns the front page. */
function front() {
  const card = (/** @type {import("./types.js").Room} */ r) =>
    element("li", {}, element("a", { href: `#/${r.id}?lang=${language.now}` }, say(r.title)), ": ", say(r.tries[0]));
  return [element("h1", {}, say(welcome.title)), element("p", {}, say(welcome.text)), element("ol", { class: "tries" }, ...rooms.map(card))];
}

/** Says something in the status line. @param {import("./types.js").Words | string} words */
function tell(words) {
  status.textContent = say(words);
}

/** Changes the language and keeps everything else. */
function switchLanguage() {
  language.now = language.now === "zh" ? "en" : "zh";
  try {
    localStorage.setItem("language", language.now);
  } catch {
    // A page without storage, in a sandbox for instance, asks again at the next visit.
  }
  const { id, settings } = address.read();
  settings.set("lang", language.now);
  history.replaceState(null, "", `#/${id}?${settings}`);
  show();
}

/** Returns the language of the last visit, or the browser's. */
function firstLanguage() {
  let kept = null;
  try {
    kept = localStorage.getItem("language");
  } catch {
    // no storage: the browser's
  }
  return (kept ?? navigator.language).startsWith("zh") ? "zh" : "en";
}

/** Tells the page around an iframe how high this page is. */
function tellHeight() {
  new ResizeObserver(() => parent.postMessage({ resnetlabHeight: document.documentElement.offsetHeight }, "*")).observe(document.body);
}

async function start() {
  language.now = firstLanguage();
  const embedded = new URLSearchParams(location.search).has("embedded");
  document.body.classList.toggle("embedded", embedded);
  if (embedded) tellHeight();
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    main.replaceChildren(element("p", { class: "error" }, say({ en: "This browser has no WebAssembly or no workers, which the rooms need. The lessons show the same as pictures.", zh: "这个浏览器没有 WebAssembly 或 Worker，展室需要它们。课程里有同样内容的静态图。" })));
    return;
  }
  const module = load();
  module.catch((e) => tell({ en: `The library did not load: ${e.message}. Reload the page.`, zh: `库没有加载成功：${e.message}。请刷新页面。` }));
  lab = new Lab(module);
  switcher.addEventListener("click", switchLanguage);
  addEventListener("hashchange", show);
  show();
  if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register(new URL("sw.js", import.meta.url)).catch(() => {});
}

start();
