// Room "pictures": from the reader's photograph to the numbers that the network sees, with the usual mistakes.

import { element, format, say, svg, table } from "../dom.js";
import { bars, histogram, pixels } from "../draw.js";
import { openCourse } from "../network.js";
import { choosePhoto, openPhoto } from "../photo.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Words} Words */
/** @typedef {{class: string, p: number}} Guess */

const SIZE = 240; // pixels of the shorter side of a drawing: more than the network sees
const WIDTH = 300; // of the pictures on the page

/**
 * The mistakes: name, what went wrong, and the lines that make it.
 * @type {Record<string, {name: Words, why: Words, go: string, pytorch: string}>}
 */
const mistakes = {
  none: { name: { en: "none", zh: "没有" }, why: { en: "", zh: "" }, go: "", pytorch: "" },
  bgr: {
    name: { en: "BGR in place of RGB", zh: "BGR 当成 RGB" },
    why: { en: "OpenCV's imread returns blue first. The shapes stay, the colours are others.", zh: "OpenCV 的 imread 把蓝色排在最前。形状没变，颜色全变了。" },
    go: "for i := 0; i < len(p.Pix); i += 3 { // red and blue exchanged\n\tp.Pix[i], p.Pix[i+2] = p.Pix[i+2], p.Pix[i]\n}",
    pytorch: "image = Image.fromarray(cv2.imread(path))  # without cv2.cvtColor",
  },
  plain: {
    name: { en: "not normalised", zh: "忘了标准化" },
    why: { en: "Normalize was forgotten. The numbers lie from 0 to 1, so to the network the picture has hardly any contrast.", zh: "忘了 Normalize，数都在 0 到 1 之间，对网络来说几乎没有反差。" },
    go: "preset.Mean, preset.Std = [3]float32{}, [3]float32{1, 1, 1}",
    pytorch: "x = ToTensor()(image)  # without Normalize",
  },
  bytes: {
    name: { en: "0 to 255 in place of 0 to 1", zh: "0~255 当成 0~1" },
    why: { en: "Nothing was divided by 255, and nothing normalised. To the network everything is far brighter than white.", zh: "没有除以 255，也没有标准化。对网络来说，到处都比白色亮得多。" },
    go: "preset.Mean = [3]float32{}\npreset.Std = [3]float32{1. / 255, 1. / 255, 1. / 255}",
    pytorch: "x = torch.from_numpy(np.array(image)).permute(2, 0, 1).float()",
  },
  squashed: {
    name: { en: "squashed in place of cropped", zh: "压成方形，而不是裁剪" },
    why: { en: "Resize((n, n)) makes any picture square: nothing is cut off, and the shapes are others.", zh: "Resize((n, n)) 把什么图都变成方的：什么也没切掉，可是变了形。" },
    go: "side := min(p.Height, p.Width)\np = transforms.ResizeTo(p, side, side, transforms.Bilinear)",
    pytorch: "image = Resize((min(image.size),) * 2)(image)",
  },
  lying: {
    name: { en: "EXIF orientation ignored", zh: "没有理会 EXIF 方向" },
    why: { en: "A phone stores the picture lying and notes how to turn it. Neither Pillow's open nor torchvision looks at the note. (A picture without a note is laid on its side here.)", zh: "手机常把图横着存，再记一笔该怎么转。Pillow 的 open 和 torchvision 都不看这一笔。（没有这一笔的图，这里替它放倒。）" },
    go: "p, err := transforms.Decode(file) // without transforms.Upright",
    pytorch: "image = Image.open(path)  # without ImageOps.exif_transpose",
  },
  close: {
    name: { en: "resized to twice the size", zh: "放大成了两倍" },
    why: { en: "Resize belongs to another input size, so the crop shows only the middle.", zh: "Resize 用了别的输入大小的数，裁剪就只剩正中间一块。" },
    go: "preset.Resize *= 2",
    pytorch: "", // with the numbers: see code
  },
  nearest: {
    name: { en: "nearest pixel, no antialiasing", zh: "最近邻，没有抗锯齿" },
    why: { en: "Each new pixel is one old one; the others are dropped. Edges become jagged, and fine patterns become false ones.", zh: "每个新像素只取一个旧像素，其余的都丢掉。边缘成了锯齿，细密的图案会变成假的图案。" },
    go: "preset.Interpolation = transforms.Nearest",
    pytorch: "", // with the numbers: see code
  },
  layout: {
    name: { en: "reshape in place of permute", zh: "该用 permute，却用了 reshape" },
    why: { en: "The values of [height, width, 3] are read as [3, height, width]. The shape is right, no error is raised, and the picture is gone.", zh: "把 [高, 宽, 3] 的数当成 [3, 高, 宽] 来读。形状对，也不报错，图却没了。" },
    go: "y, plane := make([]float32, len(x)), len(x)/3\nfor i := range x {\n\ty[i] = x[i%3*plane+i/3] // [3, side, side] read where [side, side, 3] is\n}",
    pytorch: "x = ((np.array(image) / 255 - mean) / std).reshape(3, side, side)",
  },
};
const names = Object.keys(mistakes);

/** @type {Room} */
export const room = {
  id: "pictures",
  title: { en: "Pictures in", zh: "图片进网络" },
  tries: [
    { en: "Choose a picture, or bring your own, and see on the right what the network receives of it.", zh: "选一张图，或者用自己的，看右边网络实际收到的是什么。" },
    { en: "Make the mistakes one by one: which of them changes the answer, and which would you never have noticed?", zh: "把各种差错一个个犯过去：哪个改变了答案？哪个你根本不会发现？" },
    { en: "Switch to the random crop of training and move its number: would you still know what is in the picture?", zh: "换成训练用的随机裁剪，拨动编号：你自己还认得出图里是什么吗？" },
  ],
  question: {
    ask: { en: "Somebody forgets to divide by 255 and to normalise. What does the network say to the picture?", zh: "有人既忘了除以 255，又忘了标准化。网络会对这张图说什么？" },
    choices: [
      { en: "an error: the numbers are out of range", zh: "报错：数超出了范围" },
      { en: "an answer that says how unsure it is", zh: "给出一个答案，并且显得很没把握" },
      { en: "some answer, often a wrong one with no doubt at all", zh: "照样给出答案，往往是错的，却毫不迟疑" },
    ],
    right: 2,
    shows: { mistake: "bytes" },
    why: {
      en: "A network takes any numbers. Large inputs make large logits, and the softmax of large logits is nearly 1. The mistake is set below: look at the answer, and take it away again.",
      zh: "什么数网络都收。输入大，logits 就大，而大 logits 的 softmax 接近 1。下面已经选好这个差错：看看答案，再去掉它。",
    },
  },
  controls: [
    { kind: "choice", name: "mistake", label: { en: "Mistake", zh: "差错" }, values: names, names: names.map((n) => mistakes[n].name), start: "none" },
    { kind: "choice", name: "crop", label: { en: "Crop", zh: "裁剪" }, values: ["center", "random"], names: [{ en: "the middle, as in prediction", zh: "取正中，和预测时一样" }, { en: "at random, as in training", zh: "随机，和训练时一样" }], start: "center" },
    { kind: "steps", name: "seed", label: { en: "Number of the random crop", zh: "随机裁剪的编号" }, values: Array.from({ length: 20 }, (_, i) => i), start: 0, hidden: (state) => state.crop !== "random" },
    { kind: "toggle", name: "flip", label: { en: "left and right exchanged", zh: "左右翻转" }, start: false },
    { kind: "steps", name: "side", label: { en: "Pixels of a side that the network sees", zh: "网络看到的边长（像素）" }, values: [32, 48, 64, 96, 128, 160, 224], start: 96 },
  ],
  furnish: (panel, state, changed, lab) => choosePhoto(panel, lab, state, changed, { size: SIZE }),
  async compute(lab, state) {
    await openCourse(lab);
    const photo = await openPhoto(lab, state, { size: SIZE });
    const { side, crop, seed, flip, mistake } = state;
    const result = await lab.call("pictures", { side, crop, seed, flip, mistake });
    return { ...result, value: { ...result.value, photo: photo.value } };
  },
  show(stage, { value, buffers }, state) {
    const { why } = mistakes[state.mistake];
    if (say(why)) stage.append(element("p", {}, say(why)));
    stage.append(
      element("div", { class: "columns" }, sourceFigure(value, buffers), receivedFigure(value, buffers, state)),
      element("div", { class: "columns" }, answerFigure(value, state), valuesFigure(value, buffers)));
  },
  rule: (state, { value }) => rule(state, value),
  code,
};

/** The picture with the frame of the crop. @param {any} value @param {Uint8Array[]} buffers */
function sourceFigure({ source, box, size, resized, photo }, buffers) {
  const width = Math.min(WIDTH, (WIDTH * source.width) / source.height), scale = width / source.width;
  const picture = pixels(source, buffers, { label: say({ en: `the picture: ${photo.name}`, zh: `图片：${photo.name}` }), width });
  const [top, left, h, w] = [box[0] * source.height, box[1] * source.width, box[2] * source.height, box[3] * source.width].map((v) => v * scale);
  const frame = svg("svg", { class: "over", viewBox: `0 0 ${width} ${source.height * scale}`, "aria-hidden": "true" },
    svg("rect", { class: "stroke c1", x: left + 1, y: top + 1, width: Math.max(w - 2, 1), height: Math.max(h - 2, 1) }));
  const how = { en: `${size[0]} × ${size[1]} pixels; the frame is what is left after the crop (${resized[0]} × ${resized[1]} before it).`, zh: `${size[0]} × ${size[1]} 像素；方框是裁剪后剩下的部分（裁剪前是 ${resized[0]} × ${resized[1]}）。` };
  const stack = element("div", { class: "stack" }, picture, frame);
  stack.style.width = `${width}px`;
  return element("figure", {}, stack, element("figcaption", {}, `${photo.class ?? photo.name}. ${say(how)}`));
}

/** @param {any} value @param {Uint8Array[]} buffers @param {State} state */
function receivedFigure({ received }, buffers, { side }) {
  return element("figure", {},
    element("div", { class: "framed" }, pixels(received, buffers, { label: say({ en: "what the network received", zh: "网络收到的" }), width: WIDTH })),
    element("figcaption", {}, say({ en: `What the network received: ${side} × ${side}, made into colours again by its own mean and std; what is darker than black or brighter than white is cut.`, zh: `网络收到的：${side} × ${side}，按它自己的 mean 和 std 还原成颜色；比黑更暗、比白更亮的部分截断。` })));
}

/** @param {{guesses: Guess[], right: Guess[]}} value @param {State} state */
function answerFigure({ guesses, right }, { mistake }) {
  const all = [...new Set([...guesses, ...right].map((g) => g.class))];
  const percent = (/** @type {Guess[]} */ list) => all.map((c) => 100 * (list.find((g) => g.class === c)?.p ?? NaN));
  const mine = { name: say({ en: "this input", zh: "这个输入" }), values: percent(guesses) };
  const groups = mistake === "none" ? [mine] : [mine, { name: say({ en: "without the mistake", zh: "没有差错时" }), values: percent(right) }];
  const shown = groups.map((g) => ({ ...g, values: g.values.map((v) => (Number.isNaN(v) ? 0 : v)) }));
  return element("figure", {},
    bars({ label: say({ en: "The network's answer in percent", zh: "网络的答案（百分比）" }), names: all, groups: shown, unit: " %", most: 100 }),
    element("figcaption", {}, say({ en: "The network's answer: the three most probable classes of each. 0 % also stands for a class that is not among the three.", zh: "网络的答案：各取概率最高的三类。不在前三的也画成 0 %。" })));
}

/** @param {any} value @param {Uint8Array[]} buffers */
function valuesFigure({ values, mean, std }, buffers) {
  const all = new Float32Array(buffers[values].buffer.slice(0)), channel = (/** @type {number} */ c) => all.filter((_, i) => i % 3 === c);
  const samples = [["B", 2], ["R", 0], ["G", 1]].map(([name, c]) => ({ name: String(name), values: channel(Number(c)) })); // in the order of the page's colours
  const middle = (/** @type {Float32Array} */ v) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const white = format((1 - mean[0]) / std[0]), black = format(-mean[0] / std[0]);
  return element("figure", {},
    histogram({ label: say({ en: "The values that the network received", zh: "网络收到的数的分布" }), x: "x", samples }),
    table(["", say({ en: "smallest", zh: "最小" }), say({ en: "mean", zh: "均值" }), say({ en: "largest", zh: "最大" })],
      samples.map(({ name, values: v }) => [name, v.reduce((a, b) => Math.min(a, b)), middle(v), v.reduce((a, b) => Math.max(a, b))])),
    element("figcaption", {}, say({ en: `The values received. Rightly, red lies from ${black} (black) to ${white} (white).`, zh: `收到的数。正常时，红色从 ${black}（黑）到 ${white}（白）。` })));
}

/** @param {State} state @param {any} value @returns {Words} */
function rule({ mistake }, { pixel, input, mean, std }) {
  const x = format(input[0], 4);
  if (mistake === "layout") {
    return { en: `received[c, y, x] = values[(c · H + y) · W + x], and should be values[(y · W + x) · 3 + c]`, zh: `收到的 [c, y, x] = values[(c · H + y) · W + x]，应当是 values[(y · W + x) · 3 + c]` };
  }
  const right = `(${pixel[0]} / 255 − ${format(mean[0])}) / ${format(std[0])}`;
  if (mistake === "plain" || mistake === "bytes") {
    const wrong = mistake === "plain" ? `${pixel[0]} / 255` : `${pixel[0]}`;
    const should = format((pixel[0] / 255 - mean[0]) / std[0], 4);
    const got = mistake === "plain" ? `${wrong} = ${x}` : x;
    return { en: `red of the middle pixel: x = ${got}, and should be ${right} = ${should}`, zh: `正中像素的红色：x = ${got}，应当是 ${right} = ${should}` };
  }
  return { en: `red of the middle pixel: x = (v / 255 − mean) / std = ${right} = ${x}`, zh: `正中像素的红色：x = (v / 255 − mean) / std = ${right} = ${x}` };
}

/** @param {State} state */
function code({ side, crop, seed, flip, mistake }) {
  const m = mistakes[mistake], resize = Math.round((side * 256) / 224);
  const nearest = mistake === "nearest" ? ", interpolation=InterpolationMode.NEAREST" : "";
  const before = mistake === "close" ? 2 * resize : resize;
  const normalised = !["plain", "bytes", "layout"].includes(mistake);
  const early = ["bgr", "squashed", "lying"].includes(mistake);
  const cut = crop === "random"
    ? `top, left, h, w := transforms.RandomResizedCropBox(transforms.Rand(${seed}, 0, 0), p.Width, p.Height)\nq := transforms.ResizedCrop(p, top, left, h, w, ${side}, ${side}, preset.Interpolation)`
    : "q := preset.Eval(p) // Resize, CenterCrop";
  const go = [
    mistake === "lying" ? m.go : "p, err := transforms.Preset{Exif: true}.Decode(file)",
    early && mistake !== "lying" ? m.go : "",
    `preset := transforms.EvalPreset(${side})`,
    early || mistake === "layout" ? "" : m.go,
    cut,
    flip ? "q = transforms.HFlip(q)" : "",
    `x := make([]float32, ${side}*${side}*3)\npreset.Tensor(q, x) // (v/255 - mean) / std`,
    mistake === "layout" ? m.go : "",
  ];
  const pytorch = [
    mistake === "bgr" || mistake === "lying" ? m.pytorch : "image = ImageOps.exif_transpose(Image.open(path)).convert(\"RGB\")",
    mistake === "squashed" ? m.pytorch : "",
    crop === "random" ? `torch.manual_seed(${seed})  # PyTorch draws other boxes\nimage = RandomResizedCrop(${side}${nearest})(image)` : `image = CenterCrop(${side})(Resize(${before}${nearest})(image))`,
    flip ? "image = F.hflip(image)" : "",
    mistake === "layout" ? `side = ${side}` : "",
    normalised ? "x = Normalize(mean, std)(ToTensor()(image))" : m.pytorch,
  ];
  return { go: go.filter(Boolean).join("\n"), pytorch: pytorch.filter(Boolean).join("\n") };
}
