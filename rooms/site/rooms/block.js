// Room "block": what a shortcut does to gradients, and to learning.

import { element, format, say, table } from "../dom.js";
import { lines } from "../draw.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Words} Words */
/** @typedef {{blocks: string[], activations: number[], gradients: number[], ratio: number | null}} Depth */

const STEPS = 60; // of a training
const isTraining = (/** @type {State} */ s) => s.view === "train";
const names = () => [say({ en: "with shortcuts", zh: "有捷径" }), say({ en: "plain", zh: "没有捷径" })];

/** @type {Room} */
export const room = {
  id: "block",
  title: { en: "Residual block", zh: "残差块" },
  tries: [
    { en: "Make the network deeper, block by block, and watch the gradient of the plain network at the first block.", zh: "一块一块地加深网络，看没有捷径的网络在第一块处的梯度。" },
    { en: "Switch batch norm off and on: without it, which of the two networks still gets a usable gradient to its first block?", zh: "把批归一化关掉、再打开：关掉时，两个网络里，哪个还能把有用的梯度传到第一块？" },
    { en: "Let both networks learn side by side, first with 1 block in each stage and then with 4: where does the plain one fall behind?", zh: "让两个网络并排学习，先每阶段 1 块，再 4 块：没有捷径的那个从什么时候开始落后？" },
  ],
  question: {
    ask: {
      en: "A plain network without batch norm gets deeper, from 8 to 56 layers. What becomes of the gradient that reaches its first block?",
      zh: "一个没有捷径也没有批归一化的网络，从 8 层加深到 56 层。传到第一块的梯度会怎样？",
    },
    choices: [
      { en: "it stays about the same", zh: "大致不变" },
      { en: "it shrinks towards zero", zh: "越来越小，趋近于零" },
      { en: "it grows without bound", zh: "越来越大，没有尽头" },
    ],
    right: 1,
    shows: { blocks: 9, norm: false },
    why: {
      en: "Each layer shortens the gradient a little on its way back, and depth multiplies this: at 56 layers 0.6 to 2 % of it arrive. With batch norm it does not vanish; in a plain network it grows on its way back instead. Shortcuts keep it from vanishing without batch norm too, but then it grows. Switch batch norm and compare.",
      zh: "梯度往回传时，每一层都让它短一点，层数一多就乘起来：56 层时只有 0.6% 到 2% 传到第一块。有批归一化时梯度不会消失，在没有捷径的网络里反而会越往回越大。没有批归一化时，捷径也能让梯度不消失，但它会变大。切换批归一化，对比一下。",
    },
  },
  controls: [
    { kind: "choice", name: "view", label: { en: "Look at", zh: "看什么" }, values: ["gradients", "activations", "train"], start: "gradients",
      names: [{ en: "Gradients through depth", zh: "梯度随深度的变化" }, { en: "Activations through depth", zh: "激活随深度的变化" }, { en: "Both networks learning", zh: "两个网络一起学习" }] },
    { kind: "steps", name: "blocks", label: { en: "Blocks in each of 3 stages", zh: "三个阶段各有几块" }, values: [1, 2, 3, 4, 5, 6, 7, 8, 9], start: 4 },
    { kind: "toggle", name: "norm", label: { en: "batch norm", zh: "批归一化" }, start: true },
    { kind: "steps", name: "seed", label: { en: "Seed of the weights", zh: "权重的随机种子" }, values: [1, 2, 3, 4, 5], start: 1 },
  ],
  slow: isTraining,
  compute(lab, state, part) {
    const { blocks, norm, seed } = state;
    return isTraining(state) ? lab.call("race", { blocks, norm, seed, steps: STEPS }, { part }) : lab.call("block", { blocks, norm, seed });
  },
  show(stage, { value }, state) {
    stage.append(isTraining(state) ? race(value) : depth(value, state.view));
  },
  rule: (state, { value }) => (isTraining(state) ? raceRule(value) : depthRule(value, state.view)),
  code,
};

/** @param {{layers: number, residual: Depth, plain: Depth}} value @param {string} view */
function depth({ layers, residual, plain }, view) {
  const what = view === "activations" ? say({ en: "RMS of the output", zh: "输出的均方根" }) : say({ en: "gradient's norm", zh: "梯度的范数" });
  const of = (/** @type {Depth} */ d) => (view === "activations" ? d.activations : d.gradients);
  return element("div", {},
    lines({
      label: say({ en: `${what} at each block of ${layers} layers`, zh: `${layers} 层网络每一块的${what}` }), x: say({ en: "block, from the picture to the answer", zh: "块，从图片到答案" }), y: what, log: true,
      series: [residual, plain].map((d, i) => ({ name: names()[i], y: of(d) })),
    }),
    table([say({ en: `${layers} layers`, zh: `${layers} 层` }), say({ en: "at the first block", zh: "第一块" }), say({ en: "at the last block", zh: "最后一块" })],
      [residual, plain].map((d, i) => [names()[i], of(d)[0], of(d)[of(d).length - 1]])));
}

/** @param {{layers: number, steps: number[], residual: number[], plain: number[]}} value */
function race({ layers, steps, residual, plain }) {
  return element("figure", {},
    lines({
      label: say({ en: "Loss of both networks", zh: "两个网络的损失" }), x: say({ en: "training steps", zh: "训练步数" }), y: say({ en: "loss", zh: "损失" }),
      series: [{ name: names()[0], x: steps, y: residual }, { name: names()[1], x: steps, y: plain }],
    }),
    element("figcaption", {}, say({
      en: `${layers} layers each, the same first weights, the same batches of drawn flowers, Adam.`,
      zh: `各 ${layers} 层，初始权重相同，用同样的画出来的花，同样的批次，优化器 Adam。`,
    })));
}

/** @param {{residual: Depth, plain: Depth}} value @param {string} view @returns {Words} */
function depthRule({ residual, plain }, view) {
  if (view === "activations") {
    return { en: "y = F(x) + x: a shortcut adds the input of a block to its output, so activations grow from block to block; plain: y = F(x)", zh: "y = F(x) + x：捷径把一块的输入加到输出上，所以激活逐块变大；没有捷径时 y = F(x)" };
  }
  const ratio = (/** @type {Depth} */ d) => `${format(d.gradients[0])} / ${format(d.gradients[d.gradients.length - 1])} = ${d.ratio === null ? "∞" : format(d.ratio)}`;
  return {
    en: `∂L/∂x = ∂L/∂y · (F′(x) + 1) with a shortcut, ∂L/∂y · F′(x) without. First block / last block: with shortcuts ${ratio(residual)}; plain ${ratio(plain)}`,
    zh: `有捷径时 ∂L/∂x = ∂L/∂y ·（F′(x) + 1），没有捷径时 ∂L/∂x = ∂L/∂y · F′(x)。第一块 / 最后一块：有捷径 ${ratio(residual)}；没有捷径 ${ratio(plain)}`,
  };
}

/** @param {{residual: number[], plain: number[]}} value @returns {Words} */
function raceRule({ residual, plain }) {
  const last = (/** @type {number[]} */ all) => format(all[all.length - 1]);
  return {
    en: `loss = −log p(right class); log 5 = 1.61 is a guess among five. Now: with shortcuts ${last(residual)}, plain ${last(plain)}`,
    zh: `损失 = −log p（正确类别）；在五类里瞎猜是 log 5 = 1.61。现在：有捷径 ${last(residual)}，没有捷径 ${last(plain)}`,
  };
}

/** @param {State} state */
function code(state) {
  const { blocks, norm, seed } = state;
  const config = `config := models.Config{Layers: []int{${blocks}, ${blocks}, ${blocks}}, Planes: 8,\n\tStem: models.Stem{Kernel: 3, Stride: 2}, NumClasses: 5}${norm ? "" : "\nconfig.Norm = models.NoNorm"}`;
  const block = `class Block(nn.Module):\n    def forward(self, x):\n        y = F.relu(self.${norm ? "bn1(self.conv1(x))" : "conv1(x)"})\n        y = self.${norm ? "bn2(self.conv2(y))" : "conv2(y)"}\n        return F.relu(y + self.shortcut(x))  # plain: F.relu(y)`;
  const make = `net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(${seed})), config)`;
  if (isTraining(state)) {
    return {
      go: `${config}\n${make} // plain: config.Plain = true\ntrainer, err := optim.NewTrainer(backend, net,\n\toptim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})\nresult, err := trainer.Step(images, labels, 0.003) // result.Loss`,
      pytorch: `${block}\n\noptimizer = torch.optim.Adam(net.parameters(), lr=0.003)\nloss = F.cross_entropy(net(images), labels)\noptimizer.zero_grad(); loss.backward(); optimizer.step()`,
    };
  }
  return {
    go: `${config}\n${make} // plain: config.Plain = true\nprofile, err := explain.MeasureDepth(ctx, backend, "residual", net, batch)`,
    pytorch: `${block}\n\ny.retain_grad()  # then, after loss.backward(): y.grad.norm()`,
  };
}
