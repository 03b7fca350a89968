// Room "batchnorm": what a batch norm does to one channel, and what the batch has to do with it.

import { element, format, say, table } from "../dom.js";
import { histogram, lines } from "../draw.js";
import { openCourse } from "../network.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Result} Result */
/** @typedef {{batch: number, loss: number[], runningMean: number[], batchMean: number[]}} Training */

const OTHER = 2; // batch size of the training beside the reader's
const STEPS = 40; // of a training
const isValues = (/** @type {State} */ s) => s.view === "values";
const isTraining = (/** @type {State} */ s) => s.view === "training";

/** Returns the batch sizes of the two trainings. @param {State} state */
const batches = (state) => [Math.max(2, Math.min(32, state.batch)), state.batch <= OTHER ? 16 : OTHER];

/** @type {Room} */
export const room = {
  id: "batchnorm",
  title: { en: "Batch norm", zh: "批归一化" },
  tries: [
    { en: "Look at one channel, move γ and β, and watch the distribution “after”: γ sets its width, β its middle, whatever the batch was.", zh: "选“一个通道”，拨动 γ 和 β，看“归一化后”的分布：γ 决定宽窄，β 决定中心，和批次里有什么无关。" },
    { en: "Choose “Batch size and its mean”, and read how much the mean still moves with 2 pictures and with 32.", zh: "选“批大小与均值”，看 2 张图和 32 张图时均值各晃动多少。" },
    { en: "Choose “A training” with a momentum of 0.01: how many of its steps does the running mean need to reach the batches?", zh: "选“训练”，动量取 0.01：滑动均值要多少步才跟得上各批次？" },
  ],
  question: {
    ask: { en: "Batch norm in train mode uses the mean of the batch. With four times as many pictures in a batch, how much does this mean vary from batch to batch?", zh: "训练模式的批归一化用的是本批次的均值。批次里的图片变成 4 倍，这个均值在各批次之间的波动变成多少？" },
    choices: [{ en: "as much as before", zh: "和原来一样" }, { en: "half as much", zh: "一半" }, { en: "a quarter as much", zh: "四分之一" }],
    right: 1,
    shows: { view: "spread" },
    why: {
      en: "It falls as 1/√pictures. The pixels of one picture are alike, so many pixels do not replace many pictures: compare the lines in “Batch size and its mean”.",
      zh: "它按 1/√图片数 下降。同一张图里的像素彼此相似，像素再多也代替不了图片：看“批大小与均值”里的几条线。",
    },
  },
  controls: [
    { kind: "choice", name: "view", label: { en: "Look at", zh: "看什么" }, values: ["values", "spread", "training"], start: "values",
      names: [{ en: "One channel, before and after", zh: "一个通道：归一化前后" }, { en: "Batch size and its mean", zh: "批大小与均值" }, { en: "A training: running mean and loss", zh: "训练：滑动均值与损失" }] },
    { kind: "steps", name: "batch", label: { en: "Pictures in a batch", zh: "批大小（图片数）" }, values: [1, 2, 4, 8, 16, 32], start: 8 },
    { kind: "steps", name: "channel", label: { en: "Channel", zh: "通道" }, values: [0, 1, 2, 3, 4, 5, 6, 7], start: 4 },
    { kind: "choice", name: "mode", label: { en: "Mode", zh: "模式" }, values: ["train", "eval"], names: ["train()", "eval()"], start: "train", hidden: (s) => !isValues(s) },
    { kind: "steps", name: "gamma", label: { en: "γ (weight)", zh: "γ（weight）" }, values: ["own", 0.25, 0.5, 1, 2, 4], names: [{ en: "the network's", zh: "网络自己的" }, "0.25", "0.5", "1", "2", "4"], start: 1, hidden: (s) => !isValues(s) },
    { kind: "steps", name: "beta", label: { en: "β (bias)", zh: "β（bias）" }, values: ["own", -2, -1, 0, 1, 2], names: [{ en: "the network's", zh: "网络自己的" }, "−2", "−1", "0", "1", "2"], start: 0, hidden: (s) => !isValues(s) },
    { kind: "steps", name: "momentum", label: { en: "Momentum", zh: "动量" }, values: [0.01, 0.03, 0.1, 0.3, 1], start: 0.1, hidden: (s) => !isTraining(s) },
  ],
  async compute(lab, state, part) {
    const { channel, batch, momentum } = state;
    if (isTraining(state)) return lab.call("normtrain", { channel, batches: batches(state), momentum }, { part });
    await openCourse(lab);
    if (!isValues(state)) return lab.call("spread", { channel, batch });
    const own = (/** @type {any} */ v) => (v === "own" ? undefined : v);
    return lab.call("batchnorm", { channel, batch, train: state.mode === "train", gamma: own(state.gamma), beta: own(state.beta) });
  },
  show(stage, result, state) {
    ({ values: showValues, spread: showSpread, training: showTraining })[/** @type {"values" | "spread" | "training"} */ (state.view)](stage, result, state);
  },
  rule,
  code,
};

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function showValues(stage, { value: v }, state) {
  const label = say({ en: `Channel ${v.channel} of bn1 before and after`, zh: `bn1 的通道 ${v.channel}，归一化前后` });
  stage.append(element("div", { class: "columns" }, element("figure", {},
    histogram({ label, x: say({ en: "value", zh: "值" }), samples: [{ name: say({ en: "before", zh: "归一化前" }), values: v.before }, { name: say({ en: "after", zh: "归一化后" }), values: v.after }] }),
    element("figcaption", {}, say({
      en: `Channel ${v.channel} of bn1 for ${state.batch} drawn pictures: ${format(v.before.length)} of its ${format(v.of)} values.`,
      zh: `bn1 的通道 ${v.channel}，${state.batch} 张画出来的图：${format(v.of)} 个值中的 ${format(v.before.length)} 个。`,
    }))),
    table(["", say({ en: "mean", zh: "均值" }), say({ en: "variance", zh: "方差" })], [
      [say({ en: "this batch", zh: "本批次" }), v.batchMean, v.batchVar],
      [say({ en: "running", zh: "滑动统计量" }), v.runningMean, v.runningVar],
    ])));
}

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function showSpread(stage, { value: v }, state) {
  const x = v.sizes;
  stage.append(element("div", { class: "columns" }, element("figure", {},
    lines({
      label: say({ en: "Standard deviation of the batch mean", zh: "批次均值的标准差" }), x: say({ en: "pictures in a batch", zh: "批大小（图片数）" }), y: say({ en: "standard deviation", zh: "标准差" }), log: true, marks: [state.batch],
      series: [{ name: say({ en: "measured", zh: "实测" }), x, y: v.measured }, { name: say({ en: "1/√pictures", zh: "1/√图片数" }), x, y: v.pictures }, { name: say({ en: "1/√pixels", zh: "1/√像素数" }), x, y: v.pixels }],
    }),
    element("figcaption", {}, say({
      en: `Standard deviation of the mean of channel ${v.channel} over 2 000 batches of each size. If all pixels were independent, it would be the lowest line.`,
      zh: `通道 ${v.channel} 的均值在每种批大小的 2 000 个批次之间的标准差。假如所有像素互相独立，就会是最下面那条线。`,
    }))),
    table([say({ en: "pictures", zh: "图片数" }), say({ en: "measured", zh: "实测" }), say({ en: "1/√pictures", zh: "1/√图片数" }), say({ en: "1/√pixels", zh: "1/√像素数" })],
      x.map((/** @type {number} */ m, /** @type {number} */ i) => [m, v.measured[i], v.pictures[i], v.pixels[i]]))));
}

/** @param {HTMLElement} stage @param {Result} result */
function showTraining(stage, { value }) {
  /** @type {Training[]} */
  const all = value.trainings;
  const { batch, runningMean, batchMean } = all[0];
  const named = (/** @type {Training} */ t) => say({ en: `${t.batch} pictures`, zh: `批大小 ${t.batch}` });
  const step = say({ en: "step", zh: "步" });
  stage.append(element("div", { class: "columns" },
    element("figure", {},
      lines({ label: say({ en: "Mean of the channel over the steps", zh: "通道均值随步数的变化" }), x: step, y: say({ en: "mean", zh: "均值" }),
        series: [{ name: say({ en: "each batch", zh: "每个批次" }), x: batchMean.map((_, i) => i + 1), y: batchMean }, { name: "running_mean", y: runningMean }] }),
      element("figcaption", {}, say({ en: `Mean of the channel in a training with ${batch} pictures in a batch.`, zh: `批大小为 ${batch} 的训练中，该通道的均值。` }))),
    element("figure", {},
      lines({ label: say({ en: "Loss over the steps", zh: "损失随步数的变化" }), x: step, y: say({ en: "loss", zh: "损失" }), series: all.map((t) => ({ name: named(t), x: t.loss.map((_, i) => i + 1), y: t.loss })) }),
      element("figcaption", {}, say({ en: `Two trainings of ${STEPS} steps from the same start, on pictures of 16 × 16.`, zh: `从同一起点出发的两次训练，各 ${STEPS} 步，图片 16 × 16。` })))));
}

/** The formula with numbers. @param {State} state @param {Result} result */
function rule(state, { value: v }) {
  const f = (/** @type {number} */ n) => (n < 0 ? `(${format(n, 4)})` : format(n, 4));
  if (isTraining(state)) {
    const { runningMean: r, batchMean: b } = /** @type {Training} */ (v.trainings[0]), k = b.length, m = state.momentum;
    const mean = `running_mean = (1 − ${m}) · ${f(r[k - 1])} + ${m} · ${f(b[k - 1])} = ${format(r[k], 4)}`;
    return { en: `${mean}. running_var moves in the same way, by the variance divided by n − 1; train mode itself normalises by that divided by n.`, zh: `${mean}。running_var 同理，用的是除以 n − 1 的方差；训练模式本身归一化用的是除以 n 的方差。` };
  }
  if (!isValues(state)) {
    const i = v.sizes.indexOf(state.batch);
    return { en: `spread of the mean = spread of the pictures' means / √m = ${f(v.pictures[0])} / √${state.batch} = ${f(v.pictures[i])}; measured ${f(v.measured[i])}`, zh: `均值的标准差 = 各图均值的标准差 / √m = ${f(v.pictures[0])} / √${state.batch} = ${f(v.pictures[i])}；实测 ${f(v.measured[i])}` };
  }
  const [mean, variance] = state.mode === "train" ? [v.batchMean, v.batchVar] : [v.runningMean, v.runningVar];
  const y = `y = γ (x − mean) / √(var + ε) + β = ${f(v.gamma)} · (${f(v.x)} − ${f(mean)}) / √(${f(variance)} + 0.00001) + ${f(v.beta)} = ${format(v.y, 4)}`;
  return {
    en: `${y}. mean and var are ${state.mode === "train" ? "the batch's" : "the running ones"}.`,
    zh: `${y}。mean 和 var 取自${state.mode === "train" ? "本批次" : "滑动统计量"}。`,
  };
}

/** @param {State} state */
function code(state) {
  if (isTraining(state)) {
    return {
      go: `bn := nn.NewBatchNorm2D(scope, 8, 1)\nbn.Momentum = ${state.momentum}\nhistory, err := explain.NewHistory(net.Net, "bn1")\n_, err = trainer.Step(images, labels, 3e-3) // ${batches(state)[0]} pictures\nerr = history.Record()`,
      pytorch: `bn = nn.BatchNorm2d(8, momentum=${state.momentum})\nopt = torch.optim.Adam(net.parameters(), 3e-3)\nloss = F.cross_entropy(net(images), labels)  # ${batches(state)[0]} pictures\nopt.zero_grad(); loss.backward(); opt.step()\nhistory.append(net.bn1.running_mean.clone())`,
    };
  }
  if (!isValues(state)) {
    return {
      go: `n, err := e.BatchNorm(ctx, explain.Train, pictures, "bn1")\nspread, err := n.BatchMeans(${state.channel}, 1, 2, 4, 8, 16, 32, 64)\nfmt.Println(spread.Measured)`,
      pytorch: `x = net.conv1(pictures)[:, ${state.channel}]\nmeans = x.mean((1, 2))\npick = torch.randint(len(means), (2000, ${state.batch}))\nprint(means[pick].mean(1).std(correction=0))`,
    };
  }
  const mode = state.mode === "train" ? "Train" : "Eval";
  const set = ["gamma", "beta"].filter((k) => state[k] !== "own").map((k) => `net.bn1.${k === "gamma" ? "weight" : "bias"}.data[${state.channel}] = ${state[k]}\n`).join("");
  const goSet = ["gamma", "beta"].filter((k) => state[k] !== "own").map((k) => `${k} = ${state[k]}\n`).join("");
  return {
    go: `n, err := e.BatchNorm(ctx, explain.${mode}, pictures, "bn1")\nc := n.Channels[${state.channel}]\nmean, variance, gamma, beta := ${mode === "Train" ? "c.BatchMean, c.BatchVar" : "c.RunningMean, c.RunningVar"}, c.Gamma, c.Beta\n${goSet}for _, x := range n.Before.Channel(${state.channel}) {\n\tfmt.Println(gamma*(x-mean)/math.Sqrt(variance+nn.Epsilon) + beta)\n}`,
    pytorch: `net.${state.mode}()\n${set}x = net.conv1(pictures)\ny = net.bn1(x)\nprint(x[:, ${state.channel}].flatten(), y[:, ${state.channel}].flatten())`,
  };
}
