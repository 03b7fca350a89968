// Copies the address or the stage. Where the clipboard is closed to the page (in some iframes), a picture is saved as a file instead.

import { element } from "./dom.js";

const SCALE = 2; // pixels of the picture for one of the page

/** Copies the address of the room as it is set. Returns what to tell the reader. */
export async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    return { en: "The link is on the clipboard. It opens the room as it is set now.", zh: "链接已复制，打开就是现在的设置。" };
  } catch {
    return location.href;
  }
}

/** Copies what the stage shows. Returns what to tell the reader. @param {HTMLElement} stage @param {string} title */
export async function copyPicture(stage, title) {
  const canvas = await paint(stage);
  const blob = await new Promise((/** @type {(b: Blob | null) => void} */ done) => canvas.toBlob(done));
  if (!blob) return { en: "There is nothing to copy yet.", zh: "还没有可以复制的图。" };
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return { en: "The picture is on the clipboard.", zh: "图片已复制。" };
  } catch {
    const url = URL.createObjectURL(blob);
    element("a", { href: url, download: `${title}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    return { en: "The picture is saved as a file.", zh: "图片已存成文件。" };
  }
}

/** Draws the stage's drawings and pictures where they stand. @param {HTMLElement} stage */
async function paint(stage) {
  const box = stage.getBoundingClientRect();
  const canvas = element("canvas", { width: box.width * SCALE, height: box.height * SCALE });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.scale(SCALE, SCALE);
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, box.width, box.height);
  for (const part of stage.querySelectorAll("svg, canvas, img")) {
    const at = part.getBoundingClientRect();
    const picture = part instanceof SVGElement ? await rasterise(part) : /** @type {HTMLCanvasElement | HTMLImageElement} */ (part);
    context.imageSmoothingEnabled = !part.classList.contains("pixelated");
    context.drawImage(picture, at.x - box.x, at.y - box.y, at.width, at.height);
  }
  context.textBaseline = "bottom";
  for (const text of stage.querySelectorAll("figcaption, td, th, h2, p")) write(context, text, box);
  return canvas;
}

/** Writes a text where it stands, line by line. What is scrolled out of a table is left out. @param {CanvasRenderingContext2D} context @param {Element} text @param {DOMRect} box */
function write(context, text, box) {
  const at = text.getBoundingClientRect(), seen = text.closest(".scroll")?.getBoundingClientRect() ?? box;
  if (at.width === 0 || at.top < seen.top - 1 || at.bottom > seen.bottom + 1 || at.left >= seen.right) return;
  const style = getComputedStyle(text);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`; // style.font is empty where digits are tabular
  context.fillStyle = style.color;
  const range = document.createRange(), walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const letters = node.textContent ?? "";
    let line = "", x = 0, y = NaN;
    const end = () => context.fillText(line.trimEnd(), x - box.x, y - box.y);
    for (let i = 0; i < letters.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const place = range.getBoundingClientRect();
      if (place.bottom !== y && place.width > 0) {
        if (line) end();
        [line, x, y] = ["", place.x, place.bottom];
      }
      line += letters[i];
    }
    if (line.trim()) end();
  }
}

/** Turns a drawing into a picture, with the styles that the page gives it. @param {SVGElement} drawing @returns {Promise<HTMLImageElement>} */
async function rasterise(drawing) {
  const copy = /** @type {SVGElement} */ (drawing.cloneNode(true));
  const from = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((part, i) => {
    const style = getComputedStyle(from[i]);
    for (const name of ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity"]) {
      part.setAttribute(name, style.getPropertyValue(name));
    }
    /** @type {SVGElement} */ (part).style.font = style.font;
  });
  const box = drawing.getBoundingClientRect();
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
