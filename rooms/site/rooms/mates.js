// Room "mates": the other pictures of a batch, and what they do to one picture's answer.

import { element, format, say, table } from "../dom.js";
import { bars, pixels } from "../draw.js";
import { openCourse } from "../network.js";
import { drawings } from "../photo.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Result} Result */

const TASK = "many";
const CLASSES = 20;
const START = "1.9.15"; // the company at first
const SHOWN = 5; // classes
const kinds = Array.from({ length: CLASSES }, (_, i) => i);

/** Returns the classes of the chosen pictures. "none" stands for no company. @param {State} state @returns {number[]} */
function company(state) {
  const chosen = String(state.company ?? START).split(".").map(Number);
  return kinds.filter((k) => chosen.includes(k) && k !== state.picture);
}

/** @type {Room} */
export const room = {
  id: "mates",
  title: { en: "Batch-mates", zh: "同批的邻居" },
  tries: [
    { en: "Click pictures into the batch and out of it, and watch the bars of train(): the picture stays the same, its answer does not.", zh: "点一点，把图片放进批次或拿出来，看 train() 的条形：图没有变，答案却变了。" },
    { en: "Compare the bars of eval(): find a company that changes them.", zh: "再看 eval() 的条形：试试能不能找到让它变化的邻居。" },
    { en: "Move dropout from 0 to 0.8 and compare its passes: which layer makes the answer random, and in which mode?", zh: "把 dropout 从 0 拨到 0.8，比较各次结果：是哪一层让答案变得随机？在哪种模式下？" },
  ],
  question: {
    ask: { en: "You classify one picture alone, and again in a batch with three others, without any training. In which mode can its probabilities differ?", zh: "同一张图，先单独分类，再和另外三张一起分类，中间没有训练。哪种模式下概率会不同？" },
    choices: [{ en: "in train mode alone", zh: "只在训练模式下" }, { en: "in eval mode alone", zh: "只在评估模式下" }, { en: "in neither: the weights are the same", zh: "都不会：权重没变" }],
    right: 0,
    why: {
      en: "In train mode batch norm uses the mean and variance of the batch, to which each picture contributes. In eval mode it uses the running ones, which are fixed: forgetting net.eval() makes predictions depend on their batch.",
      zh: "训练模式下，批归一化用的是整个批次的均值和方差，每张图都有份。评估模式用固定的滑动统计量。忘了 net.eval()，预测就会取决于同批的图片。",
    },
  },
  controls: [
    { kind: "steps", name: "picture", label: { en: "The picture", zh: "要分类的图" }, values: kinds, start: 3 },
    { kind: "steps", name: "channel", label: { en: "Channel in the rule", zh: "规则里的通道" }, values: [0, 1, 2, 3, 4, 5, 6, 7], start: 2 },
    { kind: "steps", name: "dropout", label: { en: "Dropout before fc", zh: "fc 前的 dropout" }, values: [0, 0.2, 0.5, 0.8], start: 0.5 },
  ],
  furnish(panel, state, changed, lab) {
    const list = element("ul", { class: "pictures", "aria-label": say({ en: "Pictures in the batch", zh: "批次里的图片" }) });
    panel.append(element("div", { class: "control wide", role: "group", "aria-label": say({ en: "Company", zh: "邻居" }) },
      element("p", { class: "label" }, say({ en: "Company: click to put a picture into the batch", zh: "邻居：点击即放入批次" })), list));
    drawings(lab, TASK, 0).then((result) => fill(list, result, state, changed)).catch(() => {}); // stopped: asked again at the next visit
  },
  async compute(lab, state) {
    const network = await openCourse(lab);
    const of = (/** @type {number} */ k) => ({ task: TASK, class: k, index: 0 });
    const picture = of(state.picture), channel = state.channel;
    const result = await lab.call("mates", { picture, company: company(state).map(of), channel });
    const alone = await once(network, lab, "mates", { picture, company: [], channel });
    const dropped = state.dropout > 0 ? await once(network, lab, "dropout", { picture, p: state.dropout }) : undefined;
    return { value: { ...result.value, alone: alone.value, dropped: dropped?.value }, buffers: result.buffers };
  },
  show,
  rule,
  code,
};

/** Results that do not depend on the company, by network and arguments. @type {WeakMap<object, Map<string, Result>>} */
const known = new WeakMap();

/** Computes what is not known yet. @param {object} network @param {import("../lab.js").Lab} lab @param {string} name @param {object} args */
async function once(network, lab, name, args) {
  const results = known.get(network) ?? new Map(), key = JSON.stringify([name, args]);
  known.set(network, results);
  const result = results.get(key) ?? (await lab.call(name, args));
  results.set(key, result);
  return result;
}

/** Fills the grid of pictures. @param {HTMLElement} list @param {Result} result @param {State} state @param {() => void} changed */
function fill(list, { value, buffers }, state, changed) {
  const buttons = kinds.map((k) => {
    const button = element("button", { type: "button", title: value.classes[k], "data-control": `mate-${k}` }, pixels(value.pictures[k], buffers, { label: value.classes[k], width: 44 }));
    button.addEventListener("click", () => {
      const now = company(state), next = now.includes(k) ? now.filter((c) => c !== k) : [...now, k].sort((a, b) => a - b);
      const text = next.join(".") || "none";
      state.company = text === START ? undefined : text;
      mark();
      changed();
    });
    return button;
  });
  const mark = () => {
    const chosen = company(state);
    buttons.forEach((b, k) => {
      b.setAttribute("aria-pressed", String(chosen.includes(k)));
      b.disabled = k === state.picture;
    });
  };
  mark();
  list.addEventListener("mark", mark);
  list.replaceChildren(...buttons.map((b) => element("li", {}, b)));
}

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function show(stage, { value: v, buffers }, state) {
  for (const list of document.querySelectorAll(".controls .pictures")) list.dispatchEvent(new Event("mark")); // the picture itself is no company
  const mates = company(state).length;
  const percent = (/** @type {number[]} */ p, /** @type {number[]} */ order) => order.map((i) => Math.round(1e4 * p[i]) / 100);
  const order = strongest([v.train, v.alone.train, v.eval]);
  const names = (/** @type {number[]} */ o) => o.map((i) => v.classes[i]);
  const chart = element("figure", {},
    bars({
      label: say({ en: "Probabilities by the company", zh: "不同邻居下的概率" }), names: names(order), unit: "%", most: 100,
      groups: [
        { name: say({ en: `train(), ${mates} mates`, zh: `train()，${mates} 个邻居` }), values: percent(v.train, order) },
        { name: say({ en: "train(), alone", zh: "train()，单独" }), values: percent(v.alone.train, order) },
        { name: say({ en: `eval(), ${mates} mates`, zh: `eval()，${mates} 个邻居` }), values: percent(v.eval, order) },
        { name: say({ en: "eval(), alone", zh: "eval()，单独" }), values: percent(v.alone.eval, order) },
      ],
    }),
    element("figcaption", {}, say({ en: `Probabilities of the one picture above, a ${v.classes[state.picture] ?? state.picture}.`, zh: `上面这一张图（${v.classes[state.picture] ?? state.picture}）的概率。` })));
  const name = v.classes[state.picture] ?? String(state.picture);
  stage.append(
    element("figure", {}, pixels(v.picture, buffers, { label: name, width: v.picture.width })),
    element("div", { class: "columns" }, chart, ...(v.dropped ? [dropout(v, state, names, percent)] : [])),
    table([say({ en: "bn1 of the channel", zh: "bn1 的这个通道" }), say({ en: "mean", zh: "均值" }), say({ en: "variance", zh: "方差" })], [
      [say({ en: "train(): of this batch", zh: "train()：本批次" }), v.inTrain.batchMean, v.inTrain.batchVar],
      [say({ en: "eval(): running", zh: "eval()：滑动统计量" }), v.inEval.runningMean, v.inEval.runningVar],
    ]));
}

/**
 * Draws the passes with dropout.
 * @param {any} v
 * @param {State} state
 * @param {(order: number[]) => string[]} names
 * @param {(p: number[], order: number[]) => number[]} percent
 */
function dropout(v, state, names, percent) {
  const order = strongest([...v.dropped.train, v.dropped.eval[0]]).slice(0, 3);
  return element("figure", {},
    bars({
      label: say({ en: "Passes with dropout", zh: "带 dropout 的各次结果" }), names: names(order), unit: "%", most: 100,
      groups: [
        ...v.dropped.train.map((/** @type {number[]} */ p, /** @type {number} */ i) => ({ name: say({ en: `train(), pass ${i + 1}`, zh: `train()，第 ${i + 1} 次` }), values: percent(p, order) })),
        { name: say({ en: "eval(), each pass", zh: "eval()，每一次" }), values: percent(v.dropped.eval[0], order) },
      ],
    }),
    element("figcaption", {}, say({ en: `Dropout ${state.dropout} before fc. Batch norms stay in eval mode here, so that the dropout alone makes the difference.`, zh: `fc 前的 dropout 为 ${state.dropout}。这里批归一化始终处于评估模式，差别只来自 dropout。` })));
}

/** Returns the classes that are most probable in one of several answers. @param {number[][]} all */
function strongest(all) {
  const most = all[0].map((_, i) => Math.max(...all.map((p) => p[i])));
  return most.map((_, i) => i).sort((a, b) => most[b] - most[a]).slice(0, SHOWN);
}

/** @param {State} _ @param {Result} result */
function rule(_, { value: { inTrain: t, inEval: e } }) {
  const f = (/** @type {number} */ n) => (n < 0 ? `(${format(n, 4)})` : format(n, 4));
  const line = (/** @type {any} */ n, /** @type {number} */ mean, /** @type {number} */ variance) =>
    `y = γ (x − mean) / √(var + ε) + β = ${f(n.gamma)} · (${f(n.x)} − ${f(mean)}) / √(${f(variance)} + 0.00001) + ${f(n.beta)} = ${format(n.y, 4)}`;
  return element("div", {},
    element("p", { class: "formula" }, say({ en: "train(), by the batch: ", zh: "train()，用本批次的：" }), line(t, t.batchMean, t.batchVar)),
    element("p", { class: "formula" }, say({ en: "eval(), by the running statistics: ", zh: "eval()，用滑动统计量：" }), line(e, e.runningMean, e.runningVar)));
}

/** @param {State} state */
function code(state) {
  return {
    go: `m, err := e.BatchMates(ctx, picture, company, nil) // ${company(state).length} others, and none\nfmt.Println(m.Train[0], m.Train[1]) // differ\nfmt.Println(m.Eval[0], m.Eval[1])   // equal`,
    pytorch: `batch = torch.cat([picture, company])  # ${company(state).length} others\nnet.train()  # the running statistics move, too: work on a copy\nprint(net(batch)[0].softmax(0), net(picture)[0].softmax(0))  # differ\nnet.load_state_dict(saved); net.eval()\nprint(net(batch)[0].softmax(0), net(picture)[0].softmax(0))  # equal`,
  };
}
