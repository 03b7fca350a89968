"""Makes NotoSansSC-subset.otf, the one font of the plots, from Noto Sans CJK as Debian ships it:

    apt-get download fonts-noto-cjk=1:20220127+repack1-1 && dpkg-deb -x fonts-noto-cjk_*.deb noto
    python3 -m venv venv && venv/bin/pip install fonttools==4.68.0
    venv/bin/python subset.py noto/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc NotoSansSC-subset.otf

Kept: Latin-1, Greek, the signs below, and all of GB 2312 (its 6763 characters: level 1 alone would save 0.7 MB, but
lacks the names of common flowers: iris, peony, gardenia, jasmine).
"""
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3CA)]
SIGNS = "–—‘’“”•…‰′″→←↑↓↔⇒∂∆∇∈∑−√∝∞∩∪∫≈≠≡≤≥⌈⌉⌊⌋①②③④⑤⑥⑦⑧⑨⑩■□▲△▼▽○●★☆✓×÷±·"


def gb2312():
    """Punctuation, full-width forms and Chinese characters: rows 1 to 3 and 16 to 87."""
    rows = [*range(0xA1, 0xA4), *range(0xB0, 0xF8)]
    return "".join(bytes([row, cell]).decode("gb2312", "ignore") for row in rows for cell in range(0xA1, 0xFF))


def main(collection, out):
    font = next(f for f in TTCollection(collection) if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(layout_features=["kern"], hinting=False, name_IDs=[0, 1, 2, 4, 5, 6, 13, 14],
                             notdef_outline=True)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=LATIN, text=SIGNS + gb2312())
    worker.subset(font)
    # The em box as line height: the original's 1.45 em would push titles and ticks away from what they name.
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = 880, -120, 0
    font.save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
