// Room "groups": what a grouped convolution leaves out.

import { bars } from "../draw.js";
import { element, format, say, svg, table } from "../dom.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {{weight: number[], params: number, macs: number, ms: number}} Cost */

const DRAWN = 32; // channels of the wiring: more lines would be a grey area

/** @type {Room} */
export const room = {
  id: "groups",
  title: { en: "Groups", zh: "分组卷积" },
  tries: [
    { en: "Move the slider of groups from 1 to 32, and watch the lines between the channels.", zh: "把“组数”从 1 拨到 32，看通道之间的连线怎么变。" },
    { en: "Compare how fast the parameters fall with how fast the measured time falls.", zh: "比一比：参数降得多快，实测时间又降得多快。" },
    { en: "Double the channels, and find the number of groups that costs as many parameters as before.", zh: "把通道数翻倍，再找出参数和原来一样多的组数。" },
  ],
  question: {
    ask: {
      en: "A 3×3 convolution from 64 to 64 channels is cut into 32 groups. Its parameters become 32 times fewer. What becomes of the time that it takes here?",
      zh: "一个从 64 通道到 64 通道的 3×3 卷积切成 32 组，参数变成 1/32。它在这里花的时间会怎样？",
    },
    choices: [
      { en: "32 times less as well", zh: "也变成 1/32" },
      { en: "less, but far from 32 times", zh: "变少，但远不到 1/32" },
      { en: "the same or more", zh: "差不多，甚至更多" },
    ],
    right: 1,
    shows: { groups: 32 },
    why: {
      en: "Multiply-adds fall 32 times, time does not: many small products use a processor worse than one large product. Move the slider and read the measured time.",
      zh: "乘加次数降到 1/32，时间却没有：许多小矩阵乘法对处理器的利用不如一个大的。拨动滑块，看实测的时间。",
    },
  },
  controls: [
    { kind: "steps", name: "groups", label: { en: "Groups", zh: "组数" }, values: [1, 2, 4, 8, 16, 32], start: 4 },
    { kind: "steps", name: "channels", label: { en: "Channels", zh: "通道数" }, values: [32, 64, 128, 256], start: 64 },
  ],
  compute: (lab, state) => lab.call("groups", { channels: state.channels, groups: state.groups }),
  show(stage, { value }, state) {
    const { grouped, dense } = /** @type {{grouped: Cost, dense: Cost}} */ (value);
    const share = (/** @type {keyof Cost} */ what) => (100 * Number(grouped[what])) / Number(dense[what]);
    stage.append(element("div", { class: "columns" },
      element("figure", {}, wiring(state.groups), element("figcaption", {}, say({ en: `Inputs on the left, outputs on the right; drawn for ${DRAWN} channels.`, zh: `左边是输入，右边是输出；画的是 ${DRAWN} 个通道的情形。` }))),
      element("figure", {},
        bars({
          label: say({ en: "Cost in percent of one group", zh: "占 1 组时的百分比" }),
          names: [say({ en: "parameters", zh: "参数" }), say({ en: "multiply-adds", zh: "乘加" }), say({ en: "time", zh: "时间" })],
          groups: [{ name: say({ en: `${state.groups} groups`, zh: `${state.groups} 组` }), values: [share("params"), share("macs"), share("ms")] }],
          unit: "%",
        }),
        element("figcaption", {}, say({ en: "In percent of the same convolution with 1 group. The time is the median of five calls on this device.", zh: "以 1 组时为 100%。时间是在这台设备上调用五次的中位数。" })))),
      table(
        ["", say({ en: "weight", zh: "权重" }), say({ en: "parameters", zh: "参数" }), say({ en: "multiply-adds", zh: "乘加次数" }), say({ en: "time, ms", zh: "时间，毫秒" })],
        [[say({ en: "1 group", zh: "1 组" }), dense], [say({ en: `${state.groups} groups`, zh: `${state.groups} 组` }), grouped]].map(([name, c]) => {
          const cost = /** @type {Cost} */ (c);
          return [String(name), `[${cost.weight.join(", ")}]`, cost.params, cost.macs, cost.ms];
        })));
  },
  rule(state, { value }) {
    const { channels: c, groups: g } = state;
    const p = format(value.grouped.params);
    return {
      en: `parameters = out · (in / groups) · 3 · 3 = ${c} · (${c} / ${g}) · 9 = ${p}`,
      zh: `参数 = 输出 ·（输入 / 组数）· 3 · 3 = ${c} ·（${c} / ${g}）· 9 = ${p}`,
    };
  },
  code: ({ channels: c, groups: g }) => ({
    go: `conv := nn.NewConv2D(scope.In("conv"), ${c}, ${c}, 3, 1, ${g}) // in, out, kernel, stride, groups\ny := conv.Forward(x)`,
    pytorch: `conv = nn.Conv2d(${c}, ${c}, 3, padding=1, groups=${g}, bias=False)\ny = conv(x)`,
  }),
};

/** Draws which output sees which input. @param {number} groups */
function wiring(groups) {
  const size = DRAWN / groups, width = 420, height = 420, step = height / DRAWN;
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": say({ en: `${(DRAWN * DRAWN) / groups} lines in ${groups} groups`, zh: `${groups} 组，共 ${(DRAWN * DRAWN) / groups} 条线` }) });
  for (let g = 0; g < groups; g++) {
    let lines = "";
    for (let i = g * size; i < (g + 1) * size; i++) {
      for (let o = g * size; o < (g + 1) * size; o++) lines += `M20 ${(i + 0.5) * step}L${width - 20} ${(o + 0.5) * step}`;
    }
    drawing.append(svg("path", { class: `stroke c${g % 6}`, d: lines, "stroke-opacity": Math.min(1, 0.12 * groups ** 0.6 + 0.1) }));
    for (let i = g * size; i < (g + 1) * size; i++) {
      for (const x of [20, width - 20]) drawing.append(svg("circle", { class: `fill c${g % 6}`, cx: x, cy: (i + 0.5) * step, r: 4 }));
    }
  }
  return drawing;
}
