// The camera: shows what it sees until the reader takes a picture.

import { element, say } from "./dom.js";

const text = {
  title: { en: "Camera", zh: "拍照" },
  take: { en: "Take the picture", zh: "拍下" },
  cancel: { en: "Cancel", zh: "取消" },
  refused: { en: "The camera cannot be used here", zh: "这里不能使用摄像头" },
};

/**
 * Lets the reader take a picture, as PNG. Returns null if the reader cancels.
 * @param {HTMLElement} place - where the dialog is put
 * @returns {Promise<Blob | null>}
 */
export async function takePicture(place) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch((e) => {
    throw new Error(`${say(text.refused)}: ${e.message}`);
  });
  const video = element("video", { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const take = element("button", { type: "button", class: "first" }, say(text.take));
  const cancel = element("button", { type: "button" }, say(text.cancel));
  const dialog = element("dialog", { class: "camera", "aria-label": say(text.title) }, video, element("p", { class: "actions" }, take, cancel));
  place.append(dialog);
  dialog.showModal();
  try {
    const taken = await new Promise((/** @type {(yes: boolean) => void} */ done) => {
      take.addEventListener("click", () => done(true));
      cancel.addEventListener("click", () => done(false));
      dialog.addEventListener("close", () => done(false)); // by Escape
    });
    return taken ? await still(video) : null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
  }
}

/** Returns what the video shows now. @param {HTMLVideoElement} video @returns {Promise<Blob | null>} */
function still(video) {
  const canvas = element("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
