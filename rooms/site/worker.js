// Runs the Go program. Messages in: {module} first, then {id, name, arguments, files}. Out: {ready}, {id, part}, {id, json, buffers}, {id, error}.
importScripts("wasm_exec.js");

/** @type {string[]} What the program wrote to its standard error: the reason when it ends. */
const written = [];
console.error = console.log = (...texts) => {
  written.push(texts.join(" "));
};

self.onmessage = async (event) => {
  const { module, id, name, files } = event.data;
  if (module) return start(module);
  const part = (json) => self.postMessage({ id, part: json });
  try {
    const { json, buffers } = await self.resnetlabCall(name, event.data.arguments, files, part);
    self.postMessage({ id, json, buffers }, buffers.map((b) => b.buffer));
  } catch (e) {
    self.postMessage({ id, error: typeof e === "string" ? e : String(e) });
  }
};

async function start(module) {
  try {
    const go = new self.Go();
    const instance = await WebAssembly.instantiate(module, go.importObject);
    go.run(instance).then(() => self.postMessage({ ended: written.at(-1) ?? "" }));
    self.postMessage({ ready: true });
  } catch (e) {
    self.postMessage({ ended: String(e) });
  }
}
