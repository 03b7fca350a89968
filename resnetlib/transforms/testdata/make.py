"""Makes pillow.json: small files of every format but JPEG and the CRC-32 of what Pillow 13.0.0 decodes them to.

Run: python make.py (needs Pillow). Rarer kinds are in make_kinds.py; JPEG has its own in ../jpeg/testdata.
"""
import base64, io, json, random, struct, zlib
from PIL import Image

random.seed(3)
entries = []


def noise(width, height, channels):
    return bytes(random.randrange(256) for _ in range(width * height * channels))


def smooth(width, height):
    pixels = bytes((x * 9 + c * 40 + y * 5) % 256 for y in range(height) for x in range(width) for c in range(3))
    return Image.frombytes("RGB", (width, height), pixels)


def add(what, data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    crc = f"{zlib.crc32(image.tobytes()):08x}"
    entries.append(dict(what=what, width=image.width, height=image.height, crc32=crc, file=base64.b64encode(data).decode()))
    return bytearray(data)


def save(image, form, what, **options):
    b = io.BytesIO()
    image.save(b, form, **options)
    return add(f"{form} {what} {image.size} {options}", b.getvalue())


def pnm(width, height):
    d = list(noise(width, height, 3))
    words = lambda values: b"".join(struct.pack(">H", v) for v in values)
    add("P1", f"P1\n{width} {height}\n{''.join(str(v & 1) for v in d[::3])}\n".encode())
    add("P2 15", f"P2\n{width} {height} 15\n{' '.join(str(v // 17) for v in d[::3])}\n".encode())
    add("P2 300", f"P2\n{width} {height} 300\n{' '.join(str(v) for v in d[::3])}\n".encode())
    add("P3", f"P3 # comment\n{width} {height}\n255\n{' '.join(map(str, d))}\n".encode())
    add("P3 100", f"P3\n{width} {height} 100\n{' '.join(str(v * 100 // 255) for v in d)}\n".encode())
    add("P5 1000", f"P5\n{width} {height} 1000\n".encode() + words(v * 1000 // 255 for v in d[::3]))
    add("P5 65535", f"P5\n{width} {height} 65535\n".encode() + words(v * 9 for v in d[::3]))
    add("P6 100", f"P6\n{width} {height} 100\n".encode() + bytes(v * 100 // 255 for v in d))
    add("P6 1000", f"P6\n{width} {height} 1000\n".encode() + words(v * 1000 // 255 for v in d))


def every_mode(width, height):
    rgb = smooth(width, height)
    alpha = rgb.copy()
    alpha.putalpha(Image.frombytes("L", (width, height), noise(width, height, 1)))
    wide = Image.frombytes("I;16", (width, height), struct.pack(f"<{width * height}H", *(random.randrange(600) for _ in range(width * height))))
    modes = {m: rgb.convert(m) for m in ("1", "L", "P", "RGB", "LA")} | {"RGBA": alpha, "I;16": wide}
    modes |= {"P4": rgb.quantize(16), "P2": rgb.quantize(4), "P1": rgb.quantize(2)}
    for mode, image in modes.items():
        save(image, "PNG", mode)
    for mode in ("P4", "L"):
        save(modes[mode], "PNG", mode, transparency=1)
    save(rgb, "PNG", "RGB", transparency=rgb.getpixel((0, 0)))
    save(wide, "PNG", "I;16", transparency=3)
    for mode in ("1", "L", "P4", "P2", "RGB", "RGBA"):
        save(modes[mode], "BMP", mode)
    for mode in ("1", "L", "P4", "RGB"):
        save(modes[mode], "GIF", mode)
    for interlace in (0, 1):
        save(modes["P4"], "GIF", "P4", interlace=interlace, transparency=2)
    for mode in ("1", "L", "P4", "RGB", "RGBA", "I;16"):
        for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
            save(modes[mode], "TIFF", mode, compression=compression)
    for compression in ("group3", "group4"):
        for photometric in (0, 1):
            save(modes["1"], "TIFF", "1", compression=compression, tiffinfo={262: photometric})
    for mode in ("1", "L", "RGB", "I;16"):
        save(modes[mode], "PPM", mode)
    for quality in (10, 80, 100):
        save(rgb, "WEBP", "RGB", quality=quality)
    save(alpha, "WEBP", "RGBA", quality=50)
    save(alpha, "WEBP", "RGBA", lossless=True, exact=True)


def placed_gifs():
    """A frame smaller than its screen, off its corner, and larger than it."""
    b = io.BytesIO()
    smooth(9, 7).quantize(16).save(b, "GIF")
    small = bytearray(b.getvalue())
    small[6:10] = struct.pack("<HH", 14, 12)
    frame = small.index(b"\x2c", 13 + 3 * 16)
    add("GIF small frame", bytes(small))
    small[frame + 1 : frame + 5] = struct.pack("<HH", 3, 2)
    add("GIF placed frame", bytes(small))
    small[6:10] = struct.pack("<HH", 4, 4)
    add("GIF frame larger than the screen", bytes(small))


for size in ((1, 1), (7, 5), (16, 18)):
    every_mode(*size)
    pnm(*size)
placed_gifs()
with open("pillow.json", "w") as f:
    f.write("[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n")
