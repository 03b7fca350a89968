// Room "weights": the keys of a weight file beside those of a network, and what loading says.

import { element, format, say, table } from "../dom.js";
import { bars } from "../draw.js";
import { chooseWeights, openWeights } from "../weightfile.js";

/** @typedef {import("../types.js").Room} Room */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Words} Words */
/** @typedef {{key: string, file: number[] | null, network: number[] | null, status: string}} Row */

/** What a row's status means. @type {Record<string, Words>} */
const statuses = {
  loaded: { en: "loaded", zh: "已载入" },
  same: { en: "fits, but nothing was loaded", zh: "对得上，但什么都没载入" },
  replaced: { en: "loaded, then replaced by random weights", zh: "先载入，再换成随机权重" },
  missing: { en: "missing: the network has it, the file has not", zh: "缺少：网络有，文件没有" },
  unexpected: { en: "unexpected: the file has it, the network has not", zh: "多余：文件有，网络没有" },
  shape: { en: "another shape", zh: "形状不同" },
  "left out": { en: "left out: the head of the file", zh: "不要：文件里的头" },
};

const ways = ["strict", "nonstrict", "first", "second"];
const archs = ["", "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "narrow_resnet18_4"];

/** @type {Room} */
export const room = {
  id: "weights",
  title: { en: "Weights", zh: "权重" },
  tries: [
    { en: "Load the file of 20 classes into a network of 5, strictly and not: which keys do not fit?", zh: "把 20 类的文件载入 5 类的网络，严格一次，不严格一次：哪些键对不上？" },
    { en: "Load it by each of the two ways, and compare which rows of the table become random.", zh: "再用两种办法各载入一次，比一比表里哪几行变成随机数。" },
    { en: "Take the file of DataParallel with its keys as they are, load it without strict, and count what was loaded; then bring a file of your own.", zh: "选 DataParallel 的文件，键保持原样，不严格载入，数一数载入了几个；然后换成你自己的文件。" },
  ],
  question: {
    ask: {
      en: "A file was trained on two GPUs, so each of its 122 keys begins with “module.”. load_state_dict(sd, strict=False) raises no error. How many tensors has it loaded?",
      zh: "一个文件是用两块 GPU 训练的，122 个键都以 “module.” 开头。load_state_dict(sd, strict=False) 没有报错。它载入了几个张量？",
    },
    choices: [
      { en: "all 122: the order is the same", zh: "122 个全部：次序是一样的" },
      { en: "those without a block number, such as fc", zh: "没有块编号的那些，例如 fc" },
      { en: "none", zh: "一个也没有" },
    ],
    right: 2,
    shows: { sample: "module", way: "nonstrict", stored: true },
    why: {
      en: "Loading goes by keys alone, and not one is equal. The network is random from end to end, and nothing says so but the two lists of keys.",
      zh: "载入只看键，而没有一个键相同。网络从头到尾都是随机数，除了那两份名单，没有任何提示。",
    },
  },
  controls: [
    {
      kind: "choice", name: "sample", label: { en: "File", zh: "文件" }, values: ["plain", "module", "renamed", "backbone", "own"], start: "plain",
      names: [
        { en: "sample: 20 classes", zh: "样例：20 类" },
        { en: "sample: of DataParallel, “module.”", zh: "样例：DataParallel 的，“module.”" },
        { en: "sample: one key renamed", zh: "样例：有一个键改了名" },
        { en: "sample: a backbone without fc", zh: "样例：没有 fc 的骨干" },
        { en: "your own", zh: "你自己的" },
      ],
    },
    { kind: "choice", name: "arch", label: { en: "Network", zh: "网络" }, values: archs, names: [{ en: "as the file's keys and shapes say", zh: "按文件的键和形状来认" }, ...archs.slice(1)], start: "" },
    { kind: "steps", name: "classes", label: { en: "Classes that you want", zh: "你要的类别数" }, values: [2, 5, 20, 1000], start: 5 },
    {
      kind: "choice", name: "way", label: { en: "How it is loaded", zh: "怎么载入" }, values: ways, start: "strict",
      names: [
        { en: "strictly", zh: "严格" },
        { en: "not strictly", zh: "不严格" },
        { en: "1st way: load all, then replace fc", zh: "办法一：全部载入，再换 fc" },
        { en: "2nd way: without the file's fc", zh: "办法二：不要文件里的 fc" },
      ],
    },
    { kind: "toggle", name: "stored", label: { en: "keys as they are in the file (no prefix removed)", zh: "键保持文件里的原样（不去前缀）" }, start: false, hidden: (state) => !hasPrefix(state) },
  ],
  furnish: (panel, state, changed, lab) => chooseWeights(panel, lab, state, changed),
  async compute(lab, state) {
    const file = await openWeights(lab, state.sample);
    const { arch, classes, way } = state;
    const result = await lab.call("weights", { arch, classes, way, stored: hasPrefix(state) && state.stored });
    return { ...result, value: { ...result.value, file: file.value } };
  },
  show(stage, { value }, state) {
    const { file, arch, classes, report, refused } = value;
    const rows = /** @type {Row[]} */ (value.rows);
    const what = file.architecture || arch;
    stage.append(element("p", {}, say({
      en: `${file.name}: ${file.tensors} tensors, ${file.classes ? `${file.classes} classes` : "no head"}, ${what} (${file.format}). Network: ${arch} with ${classes} classes.`,
      zh: `${file.name}：${file.tensors} 个张量，${file.classes ? `${file.classes} 类` : "没有头"}，${what}（${file.format}）。网络：${arch}，${classes} 类。`,
    })));
    for (const note of state.stored && hasPrefix(state) ? [] : (file.notes ?? [])) stage.append(element("p", { class: "hint" }, note));
    if (refused) stage.append(element("p", { class: "refused" }, refused));
    else for (const line of report.diagnosis ?? []) stage.append(element("p", { class: "hint" }, line));
    const counts = Object.entries(statuses).map(([status, words]) => ({ status, words, n: rows.filter((r) => r.status === status).length })).filter((c) => c.n > 0);
    const chart = element("figure", {},
      bars({ label: say({ en: "Keys by what became of them", zh: "各种结果的键数" }), names: counts.map((c) => shortName(c.status)), groups: [{ name: say({ en: "keys", zh: "键" }), values: counts.map((c) => c.n) }] }),
      element("figcaption", {}, counts.map((c) => `${c.n}: ${say(c.words)}`).join("; ")));
    const differing = rows.filter((r) => !["loaded", "same"].includes(r.status));
    const list = element("div", {},
      element("h2", {}, say({ en: "Keys that are not simply loaded", zh: "没有照样载入的键" })),
      differing.length ? keys(differing) : element("p", {}, say({ en: "none", zh: "没有" })));
    stage.append(
      element("div", { class: "columns" }, chart, list),
      element("details", {}, element("summary", {}, say({ en: `All ${rows.length} keys`, zh: `全部 ${rows.length} 个键` })), keys(rows)));
  },
  rule({ way }, { value: { report, rows } }) {
    const but = way === "second" ? { en: ", the head apart", zh: "（头不算）" } : { en: "", zh: "" };
    const [missing, unexpected, shapes] = [report.missing_keys, report.unexpected_keys, report.mismatched].map((list) => list?.length ?? 0);
    const silent = rows.filter((/** @type {Row} */ r) => r.status === "missing").length - missing;
    const counters = silent > 0 ? { en: ` and ${silent} num_batches_tracked, which PyTorch does not report`, zh: `，另有 ${silent} 个 num_batches_tracked，PyTorch 不报` } : { en: "", zh: "" };
    return {
      en: `missing = network − file: ${missing}${counters.en}; unexpected = file − network: ${unexpected}; another shape: ${shapes}. Strict loads where all three are 0${but.en}, not strict where the last is. Loaded: ${format(report.loaded)} of ${format(report.tensors)}.`,
      zh: `缺少 = 网络 − 文件：${missing}${counters.zh}；多余 = 文件 − 网络：${unexpected}；形状不同：${shapes}。三个都是 0${but.zh}，严格才载入；不严格只要求最后一个是 0。载入：${format(report.loaded)} / ${format(report.tensors)}。`,
    };
  },
  code,
};

/** Reports whether the file's keys may have a prefix. @param {State} state */
function hasPrefix({ sample }) {
  return sample === "module" || sample === "own";
}

/** @param {string} status */
function shortName(status) {
  return say(statuses[status]).split(/[:：,，]/)[0];
}

/** @param {Row[]} rows */
function keys(rows) {
  const shape = (/** @type {number[] | null} */ s) => (s ? `[${s.join(", ")}]` : "–");
  const scroll = table(
    [say({ en: "key", zh: "键" }), say({ en: "in the file", zh: "文件里" }), say({ en: "in the network", zh: "网络里" }), ""],
    rows.map((r) => [r.key, shape(r.file), shape(r.network), shortName(r.status)]));
  scroll.classList.add("tall");
  return scroll;
}

/** @param {State} state */
function code(state) {
  const { arch, classes, way } = state, stored = hasPrefix(state) && state.stored;
  const name = arch || (state.sample === "own" ? "resnet18" : "narrow_resnet18_4");
  const python = name.startsWith("narrow") ? "resnet18" : name, note = python === name ? "" : "  # the sample's has a quarter of the channels";
  const sd = stored ? "file.AsStored()" : "file.StateDict";
  const goOption = { nonstrict: ", weights.NonStrict()", second: ", weights.WithoutHead()" }[/** @type {string} */ (way)] ?? "";
  const rows = way === "first" ? "fileClasses" : String(classes);
  const go = [
    "file, err := weights.Read(path)",
    way === "first" ? "fileClasses, err := file.HeadClasses()" : "",
    `net, err := models.New(model.NewStore(), "${name}", ${rows})`,
    `report, err := weights.LoadStateDict(${sd}, net${goOption})`,
    way === "first" ? `err = net.ReplaceFC(${classes})` : "",
  ];
  const pytorch = [
    "sd = torch.load(path, map_location=\"cpu\")  # or safetensors.torch.load_file(path)",
    stored ? "" : "sd = {k.removeprefix(\"module.\"): v for k, v in sd.items()}",
    way === "second" ? "sd = {k: v for k, v in sd.items() if not k.startswith(\"fc.\")}" : "",
    `net = ${python}(num_classes=${way === "first" ? 'len(sd["fc.weight"])' : classes})${note}`,
    `missing, unexpected = net.load_state_dict(sd${["nonstrict", "second"].includes(way) ? ", strict=False" : ""})`,
    way === "first" ? `net.fc = nn.Linear(net.fc.in_features, ${classes})` : "",
  ];
  return { go: go.filter(Boolean).join("\n"), pytorch: pytorch.filter(Boolean).join("\n") };
}
