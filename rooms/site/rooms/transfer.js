// Room "transfer": the strategies of transfer learning, trained live on a few drawn pictures.

import { element, format, say } from "../dom.js";
import { bars, lines } from "../draw.js";
import { openCourse } from "../network.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Words} Words */
/** @typedef {{plan: any, loss: number[], accuracy: number[], moved: {part: string, relative: number}[], fixed: number, tensors: number, ms: number[]}} Training */

/** @type {Record<string, {name: Words, go: string, pytorch: string}>} */
const strategies = {
  scratch: {
    name: { en: "from scratch: random weights", zh: "从零开始：随机权重" },
    go: "net, err := models.NewResNet(scope, config)\nplan, err := transfer.All.Apply(net)",
    pytorch: "net = resnet(num_classes=5)\nparameters = net.parameters()",
  },
  all: {
    name: { en: "all: everything, from loaded weights", zh: "all：载入权重后全部训练" },
    go: "err := net.ReplaceFC(5) // weights are loaded\nplan, err := transfer.All.Apply(net)",
    pytorch: "net.load_state_dict(weights)\nnet.fc = nn.Linear(net.fc.in_features, 5)\nparameters = net.parameters()",
  },
  "last:layer4": {
    name: { en: "last:layer4: the last stage and fc", zh: "last:layer4：最后一个阶段和 fc" },
    go: 'err := net.ReplaceFC(5)\nplan, err := transfer.LastLayers("layer4").Apply(net)',
    pytorch: "net.fc = nn.Linear(net.fc.in_features, 5)\nfor name, p in net.named_parameters():\n    p.requires_grad = name.startswith((\"layer4\", \"fc\"))\nparameters = [p for p in net.parameters() if p.requires_grad]",
  },
  "last:fc": {
    name: { en: "last:fc: only the last layer", zh: "last:fc：只训练最后一层" },
    go: 'err := net.ReplaceFC(5)\nplan, err := transfer.LastLayers("fc").Apply(net)',
    pytorch: "for p in net.parameters():\n    p.requires_grad = False\nnet.fc = nn.Linear(net.fc.in_features, 5)\nparameters = net.fc.parameters()",
  },
  new: {
    name: { en: "new: add a layer and train only it", zh: "new：加一层，只训练它" },
    go: "err := net.AddHead(5)\nplan, err := transfer.NewLayer.Apply(net)",
    pytorch: "for p in net.parameters():\n    p.requires_grad = False\nhead = nn.Linear(net.fc.out_features, 5)\nnet = nn.Sequential(net, head)\nparameters = head.parameters()",
  },
};
const kinds = Object.keys(strategies);
/** The last trainings, the newest first. @type {{name: string, accuracy: number[]}[]} */
const earlier = [];

/** @type {Room} */
export const room = {
  id: "transfer",
  title: { en: "Transfer", zh: "迁移学习" },
  tries: [
    { en: "Train from scratch with 4 pictures of each class, and then only the last layer of the learnt network.", zh: "每类 4 张图，先从零训练一次，再只训练学好的网络的最后一层。" },
    { en: "Raise the pictures of each class to 40: which strategy gains most?", zh: "把每类图片增加到 40 张：哪种做法提高最多？" },
    { en: "Look at what moved: a frozen layer must stay at exactly zero.", zh: "看看哪些权重动了：冻结的层必须正好是零。" },
  ],
  question: {
    ask: { en: "You have 6 pictures of each of five new flowers, and a network that knows twenty others. Which way is best on new pictures?", zh: "有五种新花，每种 6 张图；还有一个认得另外二十种植物的网络。哪种做法在新图上最好？" },
    choices: [
      { en: "from scratch: nothing old gets in the way", zh: "从零训练：不受旧知识干扰" },
      { en: "from the learnt weights", zh: "从学好的权重开始" },
      { en: "no difference, after enough epochs", zh: "训练够久就没有差别" },
    ],
    right: 1,
    why: {
      en: "Thirty pictures are too few to find edges, colours and petals anew. The learnt network has them already, and only the step from these features to the five names is new. Run both.",
      zh: "三十张图不够让网络重新学会边缘、颜色和花瓣。学好的网络已经有了这些，要新学的只是从特征到五个名字这一步。两种都运行一下。",
    },
  },
  controls: [
    { kind: "choice", name: "strategy", label: { en: "Strategy", zh: "做法" }, values: kinds, names: kinds.map((k) => strategies[k].name), start: "last:fc" },
    { kind: "steps", name: "pictures", label: { en: "Pictures of each class", zh: "每类图片数" }, values: [1, 2, 4, 6, 8, 12, 20, 40], start: 6 },
    { kind: "steps", name: "epochs", label: { en: "Epochs", zh: "训练轮数" }, values: [4, 8, 12, 20, 30], start: 12 },
    { kind: "steps", name: "seed", label: { en: "Seed", zh: "随机种子" }, values: [1, 2, 3, 4, 5], start: 1 },
  ],
  slow: true,
  async compute(lab, state, part) {
    await openCourse(lab);
    const result = await lab.call("transfer", { strategy: state.strategy, per_class: state.pictures, epochs: state.epochs, seed: state.seed }, { part });
    earlier.unshift({ name: `${state.strategy}, ${state.pictures} × 5`, accuracy: result.value.accuracy });
    earlier.length = Math.min(earlier.length, 4);
    return { ...result, value: { ...result.value, done: true } };
  },
  show(stage, { value }, state) {
    const t = /** @type {Training} */ (value);
    const now = value.done ? [] : [{ name: `${state.strategy}, ${state.pictures} × 5`, accuracy: t.accuracy }];
    stage.append(element("div", { class: "columns" },
      element("figure", {},
        lines({ label: say({ en: "Accuracy on held-out pictures", zh: "留出图片上的准确率" }), x: say({ en: "epochs", zh: "轮数" }), y: "%", range: [0, 100], series: [...now, ...earlier].map((e) => ({ name: e.name, y: e.accuracy.map((a) => 100 * a) })) }),
        element("figcaption", {}, say({ en: "Accuracy on 50 pictures that no training sees; 20 % is a guess among five classes. Earlier runs stay for comparison.", zh: "50 张从不参与训练的图片上的准确率，瞎猜是 20%。前几次运行留着作比较。" }))),
      element("figure", {}, lines({ label: say({ en: "Loss on the training pictures", zh: "训练图片上的损失" }), x: say({ en: "epochs", zh: "轮数" }), y: say({ en: "loss", zh: "损失" }), series: [{ name: say({ en: "loss in training", zh: "训练损失" }), x: t.loss.map((_, i) => i + 1), y: t.loss }] })),
      element("figure", {},
        bars({ label: say({ en: "How far the weights moved", zh: "权重移动了多远" }), names: t.moved.map((m) => m.part), groups: [{ name: "", values: t.moved.map((m) => 100 * m.relative) }], unit: " %" }),
        element("figcaption", {}, say({
          en: `How far the weights of each part moved, in percent of their length. ${t.fixed} of ${t.tensors} tensors are equal to those before in every bit, running statistics included.`,
          zh: `各部分权重移动的距离，占其长度的百分比。${t.tensors} 个张量中有 ${t.fixed} 个和训练前逐位相同，包括滑动统计量。`,
        })))));
  },
  rule(_, { value }) {
    const t = /** @type {Training} */ (value), trainable = t.plan.trained_parameters, total = t.plan.total_parameters;
    const mean = t.ms.length === 0 ? 0 : t.ms.reduce((a, b) => a + b, 0) / t.ms.length;
    return {
      en: `trained: ${format(trainable)} of ${format(total)} parameters = ${format((100 * trainable) / total)} %; an epoch takes ${format(mean)} ms; accuracy ${format(100 * t.accuracy[0])} → ${format(100 * t.accuracy[t.accuracy.length - 1])} %`,
      zh: `训练 ${format(total)} 个参数中的 ${format(trainable)} 个 = ${format((100 * trainable) / total)}%；一轮 ${format(mean)} 毫秒；准确率 ${format(100 * t.accuracy[0])} → ${format(100 * t.accuracy[t.accuracy.length - 1])}%`,
    };
  },
  code: (state) => strategies[state.strategy],
};
