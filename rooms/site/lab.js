// The page's side of the worker: calls of the Go program, and what has to be opened again when it starts anew.

/** @typedef {import("./types.js").Result} Result */
/** A file for the program. A large one is given as a Blob: it is read when it is sent, and the page keeps no copy. @typedef {{name: string, bytes?: Uint8Array, blob?: Blob}} File */
/** @typedef {{resolve: (r: Result) => void, reject: (e: Error) => void, part?: (r: Result) => void}} Waiting */

/** The error of a computation that the reader stopped. */
export class Stopped extends Error {}

/** Compiles the Go program: 4 MB compressed, 21 MB not. @returns {Promise<WebAssembly.Module>} */
export async function load() {
  const response = await fetch(new URL("resnetlab.wasm.gz", import.meta.url));
  if (!response.ok || !response.body) throw new Error(`loading resnetlab.wasm.gz: the server answers ${response.status}`);
  const program = response.body.pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compileStreaming(new Response(program, { headers: { "Content-Type": "application/wasm" } }));
}

export class Lab {
  /** @type {Promise<Worker> | undefined} */
  #worker;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {Map<string, {name: string, args: object, files: File[]}>} */
  #opened = new Map();
  #next = 1;
  #module;
  /** How often a computation was stopped. */
  stops = 0;

  /** @param {Promise<WebAssembly.Module>} module */
  constructor(module) {
    this.#module = module;
  }

  /**
   * Calls a computation of the Go package rooms.
   * @param {string} name
   * @param {object} args
   * @param {{files?: File[], part?: (r: Result) => void}} [options]
   * @returns {Promise<Result>}
   */
  async call(name, args, { files = [], part } = {}) {
    const starting = this.#working(), worker = await starting;
    if (this.#worker !== starting) throw new Stopped("stopped"); // while the worker started
    return this.#ask(worker, name, args, files, part);
  }

  /** Returns the worker, and starts one where none runs. After a failed start the next call tries again. */
  #working() {
    if (this.#worker) return this.#worker;
    const starting = this.#start();
    this.#worker = starting;
    starting.catch(() => {
      if (this.#worker === starting) this.#worker = undefined;
    });
    return starting;
  }

  /**
   * Calls a computation that opens something (a network, a photograph), and repeats it whenever the program starts anew. A second call with the
   * same key takes the place of the first.
   * @param {string} key
   * @param {string} name
   * @param {object} args
   * @param {File[]} files
   */
  async open(key, name, args, files) {
    const result = await this.call(name, args, { files });
    this.#opened.set(key, { name, args, files });
    return result;
  }

  /** Forgets what is open under a key: it is not opened again when the program starts anew. @param {string} key */
  close(key) {
    this.#opened.delete(key);
  }

  /** Stops what is being computed. The next call starts the program anew. */
  stop() {
    const worker = this.#worker;
    this.#worker = undefined;
    this.stops++;
    worker?.then((w) => w.terminate()).catch(() => {});
    this.#fail(new Stopped("stopped"));
  }

  /** Starts a worker, and opens in it what was open before. */
  async #start() {
    const module = await this.#module;
    const worker = new Worker(new URL("worker.js", import.meta.url));
    try {
      await this.#ready(worker, module);
      for (const { name, args, files } of this.#opened.values()) await this.#ask(worker, name, args, files);
    } catch (e) {
      worker.terminate();
      throw e;
    }
    return worker;
  }

  /** Starts the program in a worker and waits for it. @param {Worker} worker @param {WebAssembly.Module} module */
  #ready(worker, module) {
    return new Promise((resolve, reject) => {
      worker.onerror = (e) => this.#crash(worker, e.message || "the worker did not start", reject);
      worker.onmessage = ({ data }) => {
        if (data.ready) resolve(undefined);
        else if (data.ended !== undefined) this.#crash(worker, data.ended || "the program ended", reject);
        else this.#receive(data);
      };
      worker.postMessage({ module });
    });
  }

  /** @param {Worker} worker @param {string} name @param {object} args @param {File[]} files @param {(r: Result) => void} [part] @returns {Promise<Result>} */
  #ask(worker, name, args, files, part) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, part });
      read(files).then(
        (sent) => worker.postMessage({ id, name, arguments: JSON.stringify(args), files: sent }, sent.filter((_, i) => files[i].blob).map((f) => f.bytes.buffer)),
        (e) => {
          this.#waiting.delete(id);
          reject(e);
        });
    });
  }

  /** @param {{id: number, json?: string, part?: string, buffers?: Uint8Array[], error?: string}} data */
  #receive(data) {
    const waiting = this.#waiting.get(data.id);
    if (!waiting) return;
    if (data.part !== undefined) {
      waiting.part?.({ value: JSON.parse(data.part), buffers: [] });
      return;
    }
    this.#waiting.delete(data.id);
    if (data.error !== undefined) waiting.reject(new Error(data.error));
    else waiting.resolve({ value: JSON.parse(data.json ?? "null"), buffers: data.buffers ?? [] });
  }

  /** @param {Worker} worker @param {string} why @param {(e: Error) => void} reject */
  #crash(worker, why, reject) {
    worker.terminate();
    this.#worker = undefined;
    const error = new Error(why);
    reject(error);
    this.#fail(error);
  }

  /** @param {Error} error */
  #fail(error) {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}

/**
 * Waits for a computation that several rooms share. Where it was stopped before this room asked, it is computed anew.
 * @template T
 * @param {Lab} lab
 * @param {() => Promise<T>} compute - returns the shared computation, or starts it
 */
export async function share(lab, compute) {
  const stops = lab.stops;
  for (;;) {
    try {
      return await compute();
    } catch (e) {
      if (!(e instanceof Stopped) || lab.stops !== stops) throw e;
    }
  }
}

/** Reads the files that are given as Blobs. @param {File[]} files */
function read(files) {
  return Promise.all(files.map(async ({ name, bytes, blob }) => ({ name, bytes: bytes ?? new Uint8Array(blob ? await blob.arrayBuffer() : []) })));
}
