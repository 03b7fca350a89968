// One room on the page: what to try, the question, controls, the stage, the rule, and the code.

import * as address from "./address.js";
import { copyLink, copyPicture } from "./copy.js";
import { control } from "./controls.js";
import { element, language, say } from "./dom.js";
import { Stopped } from "./lab.js";

/** @typedef {import("./types.js").Room} Room */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./types.js").Words} Words */

const BUSY = 100; // milliseconds after which the page shows that it works
const text = {
  run: { en: "Run", zh: "运行" },
  stop: { en: "Stop", zh: "停止" },
  computing: { en: "Computing …", zh: "正在计算……" },
  stopped: { en: "Stopped. Run computes it anew.", zh: "已停止。再按“运行”会从头算。" },
  skip: { en: "Show me", zh: "直接看" },
  right: { en: "Yes. ", zh: "对。" },
  wrong: { en: "Not quite. ", zh: "不完全对。" },
  first: { en: "First, your guess", zh: "先猜一猜" },
  controls: { en: "Controls", zh: "控件" },
  rule: { en: "The rule, with these numbers", zh: "规则，代入当前的数" },
  code: { en: "The same in Go and in PyTorch", zh: "同样的事，用 Go 和 PyTorch 写" },
  link: { en: "Copy link", zh: "复制链接" },
  picture: { en: "Copy as picture", zh: "复制为图片" },
};

export class RoomView {
  #busy = 0; // a timer
  #run = 0; // number of the last computation: results of older ones are dropped
  #running = false;
  #long = false; // what runs was started at the button
  #again = false; // a control was moved while a computation ran
  #stage = element("section", { class: "stage", "aria-label": say({ en: "Result", zh: "结果" }) });
  #rule = element("section", { class: "rule" });
  #code = element("section");
  #visible = ""; // names of the controls in the panel
  #runner = element("button", { type: "button", class: "first" }, say(text.run));

  /**
   * @param {Room} room
   * @param {HTMLElement} main
   * @param {import("./lab.js").Lab} lab
   * @param {State} state
   * @param {(words: Words | string) => void} tell
   */
  constructor(room, main, lab, state, tell) {
    this.room = room;
    this.lab = lab;
    this.state = state;
    this.tell = tell;
    this.panel = element("fieldset", { class: "controls" });
    this.answer = element("div", {}, this.#stage, element("p", {}, this.#runner), this.#rule);
    this.#runner.addEventListener("click", () => (this.#running ? this.stop() : this.compute()));
    main.append(
      element("h1", {}, say(room.title)),
      element("ol", { class: "tries" }, ...room.tries.map((t) => element("li", {}, say(t)))),
      this.question(), this.panel, this.answer, this.actions(), this.#code);
    this.answer.hidden = this.state.guess === undefined;
    this.furnish();
    this.changed();
  }

  /** The question that comes before the answer. The reader's guess is kept in the address. */
  question() {
    const { ask, choices, right, why } = this.room.question;
    const says = element("p", { class: "why", "aria-live": "polite" });
    const reveal = (/** @type {string} */ guess) => {
      this.state.guess = guess;
      says.textContent = (guess === "skip" ? "" : say(Number(guess) === right ? text.right : text.wrong)) + say(why);
      skip.hidden = true;
      this.answer.hidden = false;
    };
    const options = choices.map((c, i) => element("label", {},
      element("input", { type: "radio", name: "guess", value: i, checked: this.state.guess === String(i), onchange: () => this.guess(String(i), reveal) }), " ", say(c)));
    const skip = element("button", { type: "button", onclick: () => this.guess("skip", reveal) }, say(text.skip));
    if (this.state.guess !== undefined) reveal(this.state.guess);
    return element("fieldset", { class: "question" }, element("legend", {}, say(text.first)), element("p", { class: "ask" }, say(ask)), ...options, skip, says);
  }

  /** Takes the reader's guess. At the first one the controls that are still at their start go to what the question is about. @param {string} guess @param {(guess: string) => void} reveal */
  guess(guess, reveal) {
    if (this.state.guess === undefined) {
      for (const [name, v] of Object.entries(this.room.question.shows ?? {})) {
        if (this.state[name] === this.room.controls.find((c) => c.name === name)?.start) this.state[name] = v;
      }
      this.furnish();
    }
    reveal(guess);
    this.changed();
  }

  /** Reports whether the room computes at its button alone, as it is set now. */
  slow() {
    return typeof this.room.slow === "function" ? this.room.slow(this.state) : this.room.slow === true;
  }

  /** Returns the names of the controls that have a meaning now. */
  visible() {
    return this.room.controls.filter((c) => !c.hidden?.(this.state)).map((c) => c.name).join(" ");
  }

  /** Puts the controls into their panel, without those that have no meaning now. */
  furnish() {
    this.#visible = this.visible();
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.control : undefined;
    this.panel.replaceChildren(element("legend", {}, say(text.controls)));
    for (const c of this.room.controls) {
      if (c.hidden?.(this.state)) continue;
      this.panel.append(control(c, this.state[c.name], (v) => {
        this.state[c.name] = v;
        this.changed();
      }));
    }
    this.room.furnish?.(this.panel, this.state, () => this.changed(), this.lab);
    if (focused) /** @type {HTMLElement | null} */ (this.panel.querySelector(`[data-control="${CSS.escape(focused)}"]`))?.focus();
  }

  actions() {
    const link = element("button", { type: "button", onclick: async () => this.tell(await copyLink()) }, say(text.link));
    const picture = element("button", { type: "button", onclick: async () => this.tell(await copyPicture(this.#stage, say(this.room.title))) }, say(text.picture));
    return element("p", { class: "actions" }, link, picture);
  }

  /** Follows a change of the state: address, code, and a new computation. */
  changed() {
    address.write(this.room, this.state, language.now);
    if (this.#visible !== this.visible()) this.furnish();
    const { go, pytorch } = this.room.code(this.state);
    this.#code.replaceChildren(element("h2", {}, say(text.code)), element("div", { class: "columns" },
      ...[["Go", go], ["PyTorch", pytorch]].map(([name, lines]) => element("figure", {}, element("figcaption", {}, name), element("pre", { tabindex: "0" }, lines.trim())))));
    this.#runner.hidden = !this.slow();
    if (this.slow() && !this.#long) this.clear(); // what is shown belongs to another view
    if (!this.slow() && !this.answer.hidden) this.compute();
  }

  /** Computes for the present state. While one computation runs, only the last change after it is computed next. */
  async compute() {
    if (this.#running) {
      this.#again = !this.slow();
      if (this.#again && this.#long) this.stop();
      return;
    }
    const run = ++this.#run;
    this.#long = this.slow();
    this.begin();
    try {
      const asked = { ...this.state };
      const result = await this.room.compute(this.lab, asked, (part) => run === this.#run && this.draw(part, asked));
      if (run === this.#run) this.draw(result, asked);
      if (run === this.#run) this.tell("");
    } catch (e) {
      if (run === this.#run) this.fail(/** @type {Error} */ (e));
    }
    if (run === this.#run) this.end();
  }

  clear() {
    this.#stage.replaceChildren();
    this.#rule.replaceChildren();
  }

  begin() {
    this.#running = true;
    this.#runner.textContent = say(text.stop);
    this.#busy = setTimeout(() => {
      this.#stage.setAttribute("aria-busy", "true");
      this.tell(text.computing);
    }, BUSY);
  }

  end() {
    this.#running = false;
    clearTimeout(this.#busy);
    this.#stage.removeAttribute("aria-busy");
    this.#runner.textContent = say(text.run);
    if (this.#again) {
      this.#again = false;
      this.compute();
    }
  }

  /** @param {Result} result @param {State} state */
  draw(result, state) {
    this.#stage.replaceChildren();
    this.room.show(this.#stage, result, state);
    const rule = this.room.rule(state, result);
    this.#rule.replaceChildren(element("h2", {}, say(text.rule)), rule instanceof Node ? rule : element("p", { class: "formula" }, say(rule)));
  }

  /** Shows the library's line in place of the result. The room can be used further. @param {Error} error */
  fail(error) {
    this.tell(error instanceof Stopped ? text.stopped : "");
    if (error instanceof Stopped) return;
    this.#stage.replaceChildren(element("p", { class: "error", role: "alert" }, error.message));
    this.#rule.replaceChildren();
  }

  /** Stops the computation at the reader's wish. */
  stop() {
    this.lab.stop();
  }

  /** Leaves the room: nothing that is still computed is drawn. */
  leave() {
    this.#run++;
    clearTimeout(this.#busy);
    if (this.#running) this.lab.stop();
    this.tell("");
  }
}
