// Types only, for the checker (tsc reads JSDoc) and for editors.

/** A text in both languages. @typedef {{en: string, zh: string}} Words */

/** A value of a control. In the address it is text. @typedef {string | number | boolean} Value */

/** What the reader has set, by the names of the controls. @typedef {Record<string, any>} State */

/**
 * A control. "steps" is a slider over a list of values, "choice" a list of options, "toggle" a tick box.
 * @typedef {object} Control
 * @property {"steps" | "choice" | "toggle"} kind
 * @property {string} name - name in the state and in the address
 * @property {Words} label
 * @property {Value} start - value without an address
 * @property {Value[]} [values] - of "steps" and "choice"
 * @property {(Words | string)[]} [names] - of the values, as they are shown; without them the values themselves
 * @property {(state: State) => boolean} [hidden] - whether the control has no meaning now
 */

/**
 * A prediction that is asked for before the result is shown.
 * @typedef {object} Question
 * @property {Words} ask
 * @property {Words[]} choices
 * @property {number} right - index of the right choice
 * @property {Words} why
 * @property {State} [shows] - settings that show the answer: the room takes them at the guess, where the reader has not changed them
 */

/** A picture of an answer; see draw.pixels. @typedef {{width: number, height: number, buffer: number}} Pixels */

/** What a computation gave: value is the Go program's answer. @typedef {{value: any, buffers: Uint8Array[]}} Result */

/**
 * One room.
 * @typedef {object} Room
 * @property {string} id - name in the address
 * @property {Words} title
 * @property {Words[]} tries - three sentences that say what to try
 * @property {Question} question
 * @property {Control[]} controls
 * @property {(panel: HTMLElement, state: State, changed: () => void, lab: import("./lab.js").Lab) => void} [furnish] - adds controls of the room's own; they set state and call changed
 * @property {boolean | ((state: State) => boolean)} [slow] - computes at the button "Run" alone, shows parts as they come, and can be stopped
 * @property {(lab: import("./lab.js").Lab, state: State, part: (result: Result) => void) => Promise<Result>} compute
 * @property {(stage: HTMLElement, result: Result, state: State) => void} show - draws the result into the empty stage; also called with parts
 * @property {(state: State, result: Result) => Node | Words} rule - the formula with the present numbers
 * @property {(state: State) => {go: string, pytorch: string}} code
 */

export {};
