package plots

import (
	"os"
	"path/filepath"
	"strings"
)

// Language is the language of the library's own words: axes, legends, and the messages of package notebook. Names of classes and titles are
// written as given.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Speak is the language in use. Its initial value comes from RESNETLAB_LANG: Chinese for "zh", "zh_CN" and the like, English for anything
// else. Without the variable it is Chinese in a folder called zh, which holds the Chinese lessons: their code is the same as in the English
// ones, byte for byte, so it cannot set the language itself.
var Speak = speakIn(os.Getenv("RESNETLAB_LANG"), os.Getwd)

func speakIn(variable string, folder func() (string, error)) Language {
	if dir, err := folder(); variable == "" && err == nil {
		if filepath.Base(dir) == string(Chinese) {
			return Chinese
		}
		return English
	}
	return languageOf(variable)
}

func languageOf(name string) Language {
	if strings.HasPrefix(strings.ToLower(name), "zh") {
		return Chinese
	}
	return English
}

// Pick returns the text of the language in use.
func Pick(english, chinese string) string {
	if Speak == Chinese {
		return chinese
	}
	return english
}

// chinese translates this package's own words.
var chinese = map[string]string{
	"nothing to show yet":                        "还没有可显示的内容",
	"no finite numbers: all are NaN or infinite": "没有有限的数：全是 NaN 或无穷大",
	"Training curves":                            "训练曲线",
	"epoch":                                      "epoch",
	"loss":                                       "损失",
	"accuracy":                                   "准确率",
	"training":                                   "训练",
	"validation":                                 "验证",
	"validation accuracy":                        "验证准确率",

	"Confusion matrix":       "混淆矩阵",
	"true class":             "真实类别",
	"predicted class":        "预测类别",
	"correct":                "正确",
	"mistaken":               "错误",
	"Most confused":          "最容易混淆的类别",
	"pictures":               "图片数",
	"Pictures of each class": "各类别图片数",
	"probability":            "概率",
	"other classes":          "其他类别",
	"class":                  "类别",
	"prob":                   "概率",
	"recall":                 "召回率",

	"true":      "真实",
	"predicted": "预测",

	"convolution": "卷积",
	"norm":        "归一化",
	"activation":  "激活",
	"pooling":     "池化",
	"fc":          "全连接",
	"identity":    "恒等",
	"projection":  "投影",
	"kernels":     "个卷积核",
	"depthwise":   "逐通道",
	"original":    "原图",

	"test accuracy (mean ± standard error)":           "测试准确率（均值 ± 标准误）",
	"seconds an epoch":                                "每个 epoch 的秒数",
	"parameters trained":                              "训练的参数量",
	"How far each stage moved, relative to its start": "各阶段的参数变了多少（相对于初始值）",

	"share":                    "占比",
	"Learning-rate range test": "学习率范围测试",
	"learning rate":            "学习率",
	"suggested":                "建议值",
}

// colon returns the colon between a name and its value.
func colon() string { return Pick(": ", "：") }

// say translates words of this package into the language in use.
func say(words string) string {
	if translated, ok := chinese[words]; ok && Speak == Chinese {
		return translated
	}
	return words
}
