package main

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// otherwise has other translations in use, by the term of the glossary.
var otherwise = map[string][]string{
	"批归一化":  {"批量归一化", "批标准化", "批量标准化", "批规范化", "批正则化"},
	"滑动统计量": {"运行统计量", "移动统计量", "全局统计量"},
	"滑动均值":  {"运行均值", "移动均值", "移动平均"},
	"滑动方差":  {"运行方差", "移动方差"},
	"捷径分支":  {"短接", "跳跃连接", "跳连", "快捷连接", "旁路"},
	"残差块":   {"残差模块", "残差单元"},
	"步长":    {"步幅", "步距"},
	"卷积核":   {"滤波核"},
	"分组卷积":  {"群卷积"},
	"逐通道卷积": {"深度卷积"},
	"特征图":   {"特征映射"},
	"全连接层":  {"线性层", "密集层"},
	"批次":    {"小批量"},
	"交叉熵":   {"互熵"},
	"优化器":   {"最优化器"},
	"评估模式":  {"验证模式", "测试模式", "推理模式", "推断模式"},
	"预处理":   {"前处理"},
	"数据增强":  {"数据增广", "数据扩充"},
	"标签":    {"标记值"},
	"准确率":   {"正确率"},
	"精确率":   {"查准率"},
	"召回率":   {"查全率"},
	"混淆矩阵":  {"混淆表"},
	"续训":    {"断点续练"},
	"检查点":   {"存档点"},
	"乘加次数":  {"乘加运算量", "乘加数"},
	"后端":    {"后台"},
	"单元":    {"单元格"},
	"epoch": {"轮次"},
}

// TestGlossary tests that each term occurs once, and that no lesson uses another translation.
func TestGlossary(t *testing.T) {
	text, err := os.ReadFile("../../../notebooks/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	english, chinese := map[string]bool{}, map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| [^|]*\| (\d\d) \|$`).FindAllStringSubmatch(string(text), -1) {
		en, zh := row[1], strings.TrimSpace(row[2])
		if english[en] || chinese[zh] {
			t.Errorf("%s, %s: one of the two stands twice", en, zh)
		}
		english[en], chinese[zh] = true, true
	}
	if len(english) < 60 {
		t.Fatalf("%d terms: the table's form has changed", len(english))
	}
	lessons, err := readLessons("../../../notebooks/src")
	if err != nil {
		t.Fatal(err)
	}
	for term, others := range otherwise {
		if !chinese[term] {
			t.Errorf("%s is not in the glossary", term)
		}
		for _, l := range lessons {
			for _, c := range l.cells {
				for _, other := range others {
					if strings.Contains(c.text["zh"], other) {
						t.Errorf("%s:%d: cell %s: %s, where the glossary has %s", l.path, c.line, c.id, other, term)
					}
				}
			}
		}
	}
}

// TestLibraryKeepsToGlossary tests that plots and messages use the glossary's Chinese terms.
func TestLibraryKeepsToGlossary(t *testing.T) {
	library, spoken := os.DirFS("../../../resnetlib"), false
	err := fs.WalkDir(library, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := fs.ReadFile(library, path)
		for term, others := range otherwise {
			spoken = spoken || strings.Contains(string(source), term)
			for _, other := range others {
				if strings.Contains(string(source), other) {
					t.Errorf("resnetlib/%s: %s, where the glossary has %s", path, other, term)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !spoken {
		t.Fatal("no term of the glossary in any file: the library lies elsewhere")
	}
}
