// Room "inside": what the network looks at, what a place of a map sees, and what maps and filters show.

import { element, format, say, svg } from "../dom.js";
import { bars, pixels } from "../draw.js";
import { openCourse } from "../network.js";
import { choosePhoto, openPhoto } from "../photo.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Result} Result */
/** @typedef {import("../types.js").Words} Words */

const SIZE = 240; // pixels of the shorter side of a drawing
const WIDTH = 320; // of the pictures on the page

/** @type {Record<string, {name: Words, layer: boolean, target: boolean}>} */
const views = {
  gradcam: { name: { en: "Grad-CAM: where the class comes from", zh: "Grad-CAM：类别从哪里来" }, layer: true, target: true },
  occlusion: { name: { en: "Occlusion: cover and measure", zh: "遮挡：盖住再测" }, layer: false, target: true },
  saliency: { name: { en: "Saliency: the gradient by each pixel", zh: "显著图：对每个像素的梯度" }, layer: false, target: true },
  field: { name: { en: "Receptive field: drag a place", zh: "感受野：拖动一个位置" }, layer: true, target: false },
  maps: { name: { en: "Feature maps", zh: "特征图" }, layer: true, target: false },
  filters: { name: { en: "Filters of the first layer", zh: "第一层的卷积核" }, layer: false, target: false },
};
const layers = ["conv1", "layer1", "layer2", "layer3", "layer4"];
const places = Array.from({ length: 28 }, (_, i) => i);
const isField = (/** @type {State} */ s) => s.view === "field";

/** @type {Room} */
export const room = {
  id: "inside",
  title: { en: "Looking inside", zh: "看进网络内部" },
  tries: [
    { en: "Compare Grad-CAM at layer4 with layer1: where do they agree, and which is sharper?", zh: "比一比 layer4 和 layer1 的 Grad-CAM：哪里一致？哪个更精细？" },
    { en: "Choose “Receptive field”, drag the dot over the picture, and change the layer: how much of the picture does one number of layer4 depend on?", zh: "选“感受野”，拖动图上的圆点，再换层：layer4 里的一个数取决于图上多大一块？" },
    { en: "Look at the filters of the first layer and then at its feature maps: which filter has found the edges, which a colour?", zh: "先看第一层的卷积核，再看它的特征图：哪个核找的是边缘，哪个找的是颜色？" },
  ],
  question: {
    ask: { en: "One number in the map of layer4 depends on a square of the picture, its receptive field. How large is this square in a ResNet, compared with the picture?", zh: "layer4 的特征图里的一个数，取决于图上的一个方块，也就是它的感受野。在 ResNet 里，这个方块和整张图相比有多大？" },
    choices: [
      { en: "about one cell of the map's grid", zh: "差不多就是特征图的一格" },
      { en: "about a quarter of the picture", zh: "大约图的四分之一" },
      { en: "larger than the picture, although its pixels do not count equally", zh: "比整张图还大，不过里面的像素并不同样重要" },
    ],
    right: 2,
    shows: { view: "field" },
    why: {
      en: "Each 3×3 convolution adds two steps of its stride so far, so the formula's square grows beyond the picture. The gradient shows what counts in fact: a smaller square holds 95 % of it, in a few bright spots.",
      zh: "每个 3×3 卷积都让方块再大两个当前步距，所以按公式它会超出整张图。真正起作用的部分要看梯度：95% 的梯度落在更小的方框里，集中在几处亮斑。",
    },
  },
  controls: [
    { kind: "choice", name: "view", label: { en: "Look at", zh: "看什么" }, values: Object.keys(views), names: Object.values(views).map((v) => v.name), start: "gradcam" },
    { kind: "steps", name: "layer", label: { en: "Layer", zh: "层" }, values: layers, start: "layer4", hidden: (s) => !views[s.view].layer },
    { kind: "choice", name: "rank", label: { en: "Explain the guess", zh: "解释哪个猜测" }, values: [1, 2, 3], names: [{ en: "the first", zh: "第一" }, { en: "the second", zh: "第二" }, { en: "the third", zh: "第三" }], start: 1, hidden: (s) => !views[s.view].target },
    { kind: "steps", name: "row", label: { en: "Row of the place", zh: "位置的行" }, values: places, start: 3, hidden: (s) => !isField(s) },
    { kind: "steps", name: "column", label: { en: "Column of the place", zh: "位置的列" }, values: places, start: 3, hidden: (s) => !isField(s) },
  ],
  furnish(panel, state, changed, lab) {
    move = changed;
    choosePhoto(panel, lab, state, changed, { size: SIZE });
  },
  async compute(lab, state) {
    await openCourse(lab);
    await openPhoto(lab, state, { size: SIZE });
    const { view, layer, rank, row, column } = state;
    const ask = (/** @type {number} */ target) => lab.call("inside", { view, layer, target, row, column });
    const first = await ask(-1);
    const guess = views[view].target && rank > 1 ? first.value.guesses[rank - 1] : undefined;
    return guess ? ask(guess.index) : first;
  },
  show(stage, result, state) {
    const draw = { field: showField, maps: showTiles, filters: showTiles }[/** @type {string} */ (state.view)] ?? showHeat;
    draw(stage, result, state);
  },
  rule,
  code,
};

/** Computes anew after a drag. The page sets it. */
let move = () => {};

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function showHeat(stage, { value, buffers }, state) {
  const { heat, guesses, seen } = value;
  const name = say(views[state.view].name);
  stage.append(element("div", { class: "columns" },
    element("figure", {}, pixels(seen, buffers, { label: say({ en: "What the network sees", zh: "网络看到的图" }), width: WIDTH }), element("figcaption", {}, say({ en: "What the network sees.", zh: "网络看到的图。" }))),
    element("figure", {}, pixels(heat.over, buffers, { label: name, width: WIDTH }),
      element("figcaption", {}, say({ en: `For ${heat.class}, ${format(100 * heat.prob)} %. Warm raises it, blue lowers it; ${heat.height} × ${heat.width} numbers, drawn smoothly.`, zh: `针对 ${heat.class}，${format(100 * heat.prob)}%。暖色提高它，蓝色降低它；共 ${heat.height} × ${heat.width} 个数，平滑着画出来。` }))),
    element("figure", {}, bars({ label: say({ en: "Probabilities", zh: "概率" }), names: guesses.map((/** @type {any} */ g) => g.class), groups: [{ name: "p", values: guesses.map((/** @type {any} */ g) => 100 * g.p) }], unit: "%", most: 100 }),
      element("figcaption", {}, say({ en: "The three most probable classes.", zh: "概率最高的三类。" })))));
}

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function showField(stage, { value, buffers }, state) {
  const f = value.field, scale = WIDTH / f.side;
  const box = (/** @type {number[]} */ b, /** @type {string} */ colour) =>
    svg("rect", { class: `stroke ${colour}`, x: b[0] * scale, y: b[1] * scale, width: (b[2] - b[0]) * scale, height: (b[3] - b[1]) * scale });
  const step = WIDTH / f.columns;
  const grid = svg("svg", { viewBox: `0 0 ${WIDTH} ${WIDTH}`, role: "img", "aria-label": say({ en: `Place ${f.row}, ${f.column}: ${f.size} pixels by the formula`, zh: `位置 ${f.row}, ${f.column}：按公式 ${f.size} 像素` }) },
    box(f.box, "c1"), box(f.effective, "c0"), svg("circle", { class: "fill c1", cx: (f.column + 0.5) * step, cy: (f.row + 0.5) * step, r: 7 }));
  const picture = pixels(f.over, buffers, { label: say({ en: "Gradient by each pixel", zh: "对每个像素的梯度" }), width: WIDTH });
  const stack = element("div", { class: "stack drag" }, picture, grid);
  stack.style.width = `${WIDTH}px`;
  const drag = (/** @type {PointerEvent} */ event) => {
    if (event.type === "pointermove" && event.buttons === 0) return;
    const at = stack.getBoundingClientRect();
    const place = (/** @type {number} */ v, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, Math.floor(v * n)));
    const row = place((event.clientY - at.y) / at.height, f.rows), column = place((event.clientX - at.x) / at.width, f.columns);
    if (row === state.row && column === state.column) return;
    dragged(row, column);
  };
  stack.addEventListener("pointerdown", drag);
  stack.addEventListener("pointermove", drag);
  stage.append(element("div", { class: "columns" },
    element("figure", {}, stack, element("figcaption", {}, say({
      en: "Drag the dot. Orange: the square by the formula; it may reach beyond the picture. Blue: the square with 95 % of the measured gradient.",
      zh: "拖动圆点。橙色：按公式得到的方块，可能超出图外。蓝色：包含 95% 实测梯度的方块。",
    }))),
    element("figure", {}, bars({
      label: say({ en: "Sides of the squares in pixels", zh: "方块边长（像素）" }),
      names: [say({ en: "formula", zh: "公式" }), say({ en: "95 % of the gradient", zh: "95% 的梯度" }), say({ en: "picture", zh: "整张图" })],
      groups: [{ name: "px", values: [f.size, f.effective[2] - f.effective[0], f.side] }], unit: " px",
    }))));
}

/** Moves the place to where the reader drags, by the sliders: they keep the state. @param {number} row @param {number} column */
function dragged(row, column) {
  for (const [name, v] of Object.entries({ row, column })) {
    const slider = /** @type {HTMLInputElement | null} */ (document.getElementById(`control-${name}`));
    if (!slider || Number(slider.value) === v) continue;
    slider.value = String(v);
    slider.dispatchEvent(new Event("input"));
  }
  move();
}

/** @param {HTMLElement} stage @param {Result} result @param {State} state */
function showTiles(stage, { value, buffers }, state) {
  const size = state.view === "filters" ? 56 : 96;
  const tiles = value.tiles.map((/** @type {any} */ p, /** @type {number} */ i) => {
    const channel = say({ en: `channel ${value.names[i]}`, zh: `通道 ${value.names[i]}` });
    return element("figure", {}, pixels(p, buffers, { label: channel, width: size }), element("figcaption", {}, String(value.names[i])));
  });
  stage.append(
    element("p", {}, state.view === "filters"
      ? say({ en: "Each kernel over red, green and blue, in its own range; middle grey is 0. Stripes find edges, coloured spots find colours.", zh: "每个核在红、绿、蓝三个通道上的值，各用各的范围；中灰为 0。条纹找边缘，色块找颜色。" })
      : say({ en: "The strongest channels. Dark is 0; where a channel has negative values, blue is negative and red positive.", zh: "响应最强的通道。暗处为 0；有负值的通道里，蓝色为负，红色为正。" })),
    element("div", { class: "tiles" }, ...(state.view === "filters" ? [] : [element("figure", {}, pixels(value.seen, buffers, { label: say({ en: "What the network sees", zh: "网络看到的图" }), width: size }), element("figcaption", {}, say({ en: "picture", zh: "图" })))]), ...tiles));
}

/** @param {State} state @param {Result} result @returns {Words} */
function rule(state, { value }) {
  const { heat, field: f, shape } = value;
  switch (state.view) {
    case "gradcam":
      return {
        en: `map = Σₖ wₖ · Aₖ, with Aₖ the ${heat.height} × ${heat.width} map of channel k of ${state.layer}, and wₖ the mean of ∂ logit(${heat.class}) / ∂ Aₖ; largest value ${format(heat.most)}`,
        zh: `图 = Σₖ wₖ · Aₖ，其中 Aₖ 是 ${state.layer} 第 k 个通道的 ${heat.height} × ${heat.width} 特征图，wₖ 是 ∂ logit(${heat.class}) / ∂ Aₖ 的平均值；最大值 ${format(heat.most)}`,
      };
    case "occlusion":
      return { en: `value = p(${heat.class}) − p(${heat.class} | square covered) = ${format(heat.prob)} − …; at most ${format(heat.most)}`, zh: `值 = p(${heat.class}) − p(${heat.class} | 盖住方块) = ${format(heat.prob)} − ……；最大 ${format(heat.most)}` };
    case "saliency":
      return { en: `value = mean over the colours of |∂ logit(${heat.class}) / ∂ pixel|; at most ${format(heat.most)}`, zh: `值 = |∂ logit(${heat.class}) / ∂ 像素| 对三个颜色的平均；最大 ${format(heat.most)}` };
    case "field":
      return {
        en: `layer by layer: size ← size + (k − 1) · jump, jump ← jump · stride. For ${state.layer}: size ${f.size}, jump ${f.jump} pixels (map ${f.rows} × ${f.columns})`,
        zh: `逐层计算：大小 ← 大小 +（k − 1）· 间隔，间隔 ← 间隔 · 步距。${state.layer}：大小 ${f.size}，间隔 ${f.jump} 像素（特征图 ${f.rows} × ${f.columns}）`,
      };
    default:
      return { en: `shape [${shape.join(", ")}]`, zh: `形状 [${shape.join(", ")}]` };
  }
}

/** @param {State} state */
function code({ view, layer }) {
  const go = {
    gradcam: `h, err := e.GradCAM(ctx, picture, "${layer}", explain.Top)`,
    occlusion: "h, err := e.Occlusion(ctx, picture, explain.Top, explain.Occluder{})",
    saliency: "h, err := e.Saliency(ctx, picture, explain.Top)",
    field: `r, err := e.ReceptiveFieldAt(ctx, picture, "${layer}", row, column)`,
    maps: `a, err := e.FeatureMaps(ctx, picture, "${layer}")`,
    filters: "k, err := explain.Filters(e.Net.Conv1)",
  }[/** @type {string} */ (view)];
  const hook = `kept = {}\nnet.${layer}.register_forward_hook(\n    lambda module, inputs, y: kept.update(y=y))\n`;
  const pytorch = {
    gradcam: `${hook}logit = net(x)[0].max()\ng = torch.autograd.grad(logit, kept["y"])[0]\nheat = (g.mean((2, 3), keepdim=True) * kept["y"]).sum(1)`,
    occlusion: "for top in range(0, side - square + 1, stride):\n    for left in range(0, side - square + 1, stride):\n        covered = x.clone()\n        covered[..., top:top + square, left:left + square] = 0\n        fall = p - net(covered).softmax(1)[0, k]",
    saliency: "x.requires_grad_()\nnet(x)[0].max().backward()\nheat = x.grad.abs().mean(1)",
    field: `${hook}net(x.requires_grad_())\nkept["y"][0, :, row, column].sum().backward()\nheat = x.grad.abs().sum(1)`,
    maps: `${hook}net(x)\nmaps = kept["y"][0]`,
    filters: "filters = net.conv1.weight",
  }[/** @type {string} */ (view)];
  return { go: `e, err := explain.New(backend, net)\n${go}`, pytorch: pytorch ?? "" };
}
