"""Makes kinds.json: small files of the rarer kinds of PNG, TIFF, BMP and WebP, and the CRC-32 of what Pillow 13.0.0 decodes them to.

Run: python make_kinds.py (needs Pillow). The commoner kinds are in make.py.
"""
import base64, io, json, random, struct, zlib
from PIL import Image

random.seed(11)
entries = []


def add(what, data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    crc = f"{zlib.crc32(image.tobytes()):08x}"
    entries.append(dict(what=what, width=image.width, height=image.height, crc32=crc, file=base64.b64encode(data).decode()))


def noise(n):
    return bytes(random.randrange(256) for _ in range(n))


# PNG


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, depth, kind, rows, before=(), cut=lambda z: [z], interlace=0):
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)), *before]
    chunks += [(b"IDAT", part) for part in cut(zlib.compress(rows))] + [(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in chunks)


def pngs():
    rows = b"\0" + noise(9) + b"\1" + noise(9)
    add("PNG rows behind the last", png(3, 2, 8, 2, rows + noise(30)))
    add("PNG bytes behind the rows", png(3, 2, 8, 2, rows, cut=lambda z: [z + b"more"]))
    add("PNG a chunk behind the rows", png(3, 2, 8, 2, rows, cut=lambda z: [z, b"more"]))
    add("PNG rows without checksum", png(3, 2, 8, 2, rows, cut=lambda z: [z[:-4]]))
    passes = b"".join(b"\0" + noise(n) for n in (3, 3, 3, 6, 15))  # of 5 x 2: those without pixels are left out
    add("PNG interlaced, rows behind the last", png(5, 2, 8, 2, passes + noise(60), interlace=1))
    add("PNG alpha and tRNS", png(2, 1, 8, 6, b"\0" + noise(8), [(b"tRNS", b"\0\1\0\2\0\3")]))
    add("PNG grey with alpha, PLTE and tRNS", png(2, 1, 8, 4, b"\0" + noise(4), [(b"PLTE", noise(9)), (b"tRNS", b"\0\1")]))
    add("PNG grey and PLTE", png(3, 1, 8, 0, b"\0" + noise(3), [(b"PLTE", noise(9))]))
    add("PNG grey of 16 bits and long tRNS", png(2, 1, 16, 0, b"\0\0\7\1\0", [(b"tRNS", noise(6))]))
    add("PNG colour and long tRNS", png(1, 1, 8, 2, b"\0" + noise(3), [(b"tRNS", noise(8))]))
    add("PNG palette behind tRNS", png(4, 1, 2, 3, b"\0\x1b", [(b"tRNS", b"\0"), (b"PLTE", noise(12))]))
    add("PNG palette and long tRNS", png(4, 1, 2, 3, b"\0\x1b", [(b"PLTE", noise(12)), (b"tRNS", noise(300))]))
    add("PNG palette of 10 colours for 2 bits", png(4, 1, 2, 3, b"\0\x1b", [(b"PLTE", noise(30))]))
    add("PNG palette of 31 bytes", png(3, 1, 8, 3, b"\0\2\1\0", [(b"PLTE", noise(31))]))
    add("PNG two palettes", png(2, 1, 8, 3, b"\0\0\1", [(b"PLTE", noise(6)), (b"PLTE", noise(6))]))


# TIFF


def pack(values, bits, order):
    if bits >= 8:
        return struct.pack(f"{order}{len(values)}{'B' if bits == 8 else 'H'}", *values)
    text = "".join(f"{v:0{bits}b}" for v in values)
    return int(text + "0" * (-len(text) % 8), 2).to_bytes((len(text) + 7) // 8, "big")


def tiff(photometric, bits, samples, order="<", big=False, planes=False, compression=1, predictor=0, tile=None, extra=(), fill=1):
    width, height = 5, 4
    blocks, (w, h) = [], tile or (width, 3)
    for _ in range(samples if planes else 1):
        for y in range(0, height, h):
            for _ in range(0, width, w):
                rows = range(h if tile else min(h, height - y))
                most = 400 if bits == 16 and photometric < 2 else 1 << bits
                data = b"".join(pack([random.randrange(most) for _ in range(w * (1 if planes else samples))], bits, order) for _ in rows)
                if compression == 8:
                    data = zlib.compress(data)
                elif compression == 32773:
                    data = b"".join(bytes([len(data[i : i + 99]) - 1]) + data[i : i + 99] for i in range(0, len(data), 99)) + b"\x80"
                blocks.append(bytes(int(f"{v:08b}"[::-1], 2) for v in data) if fill == 2 else data)
    head = (b"II" if order == "<" else b"MM") + (struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0))
    file, places = bytearray(head), []
    for block in blocks:
        places.append(len(file))
        file += block + b"\0" * (len(block) % 2)
    long, lengths = 16 if big else 4, [len(b) for b in blocks]
    tags = {256: [width], 257: [height], 258: [bits] * samples, 259: [compression], 262: [photometric], 277: [samples], 284: [2 if planes else 1]}
    tags |= {322: [w], 323: [h], 324: places, 325: lengths} if tile else {273: places, 278: [h], 279: lengths}
    tags |= ({317: [predictor]} if predictor else {}) | ({338: list(extra)} if extra else {}) | ({266: [2]} if fill == 2 else {})
    tags |= {320: [random.randrange(65536) for _ in range(3 << bits)]} if photometric == 3 else {}
    inline, directory = 8 if big else 4, b""
    for tag, values in sorted(tags.items()):
        kind = long if tag in (273, 279, 324, 325) else 3
        body = struct.pack(f"{order}{len(values)}{ {3: 'H', 4: 'I', 16: 'Q'}[kind] }", *values)
        if len(body) > inline:
            file += body + b"\0" * (len(body) % 2)
            body = struct.pack(order + ("Q" if big else "I"), len(file) - len(body) - len(body) % 2)
        directory += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(values)) + body.ljust(inline, b"\0")
    struct.pack_into(order + ("Q" if big else "I"), file, 8 if big else 4, len(file))
    return bytes(file) + struct.pack(order + ("Q" if big else "H"), len(tags)) + directory + bytes(inline)


def tiffs():
    for options in (
        dict(predictor=2), dict(predictor=2, compression=32773), dict(predictor=2, tile=(16, 16)), dict(predictor=2, bits=16), dict(predictor=2, bits=16, order=">"),
        dict(predictor=2, compression=32773, tile=(16, 16), bits=16), dict(predictor=2, compression=8), dict(predictor=2, compression=8, bits=16, order=">"),
        dict(predictor=2, compression=8, tile=(16, 16)), dict(predictor=2, compression=8, planes=True), dict(planes=True), dict(planes=True, tile=(16, 16)),
        dict(planes=True, compression=8, bits=16), dict(samples=4, extra=[0]), dict(samples=4, extra=[1]), dict(samples=4, extra=[2]), dict(samples=4),
        dict(samples=5, extra=[0, 0]), dict(samples=5, extra=[1, 0]), dict(samples=4, bits=16, extra=[1]), dict(samples=4, planes=True, compression=8, extra=[2]),
        dict(photometric=1, samples=2, extra=[0]), dict(photometric=1, samples=2, extra=[2], order=">"), dict(photometric=3, samples=2, bits=8, extra=[2]),
        dict(photometric=5, samples=4), dict(photometric=5, samples=4, bits=16), dict(photometric=5, samples=5, extra=[0]), dict(photometric=5, samples=4, planes=True),
        dict(big=True), dict(big=True, compression=8, tile=(16, 16)), dict(photometric=0, samples=1, bits=4), dict(photometric=1, samples=1, bits=2),
        dict(photometric=3, samples=1, bits=2), dict(photometric=1, samples=1, bits=8, fill=2), dict(photometric=1, samples=1, bits=4, fill=2, compression=8),
    ):
        add(f"TIFF {options}", tiff(**(dict(photometric=2, bits=8, samples=3) | options)))
    picture = Image.frombytes("RGB", (21, 20), bytes((x * 9 + y * y + c * 40) % 256 for y in range(20) for x in range(21) for c in range(3)))
    for mode in ("RGB", "L", "YCbCr"):
        b = io.BytesIO()
        picture.convert(mode).save(b, "TIFF", compression="jpeg", strip_size=16 * 64, quality=80)
        add(f"TIFF JPEG {mode}", b.getvalue())


# BMP


def bmp(width, height, bits, body, compression=0, palette=b"", size=40, colours=0, rest=b""):
    if size == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, 0, 0, 0, colours, 0)
    header += rest + bytes(max(0, size - len(header) - len(rest)))
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 14 + len(header) + len(palette)) + header + palette + body


def bmps():
    palette = b"".join(noise(3) + b"\0" for _ in range(256))
    masks = lambda *m: struct.pack(f"<{len(m)}I", *m)
    add("BMP RLE8", bmp(5, 3, 8, b"\3\7\2\1\0\0\0\3\4\5\6\0\2\2\0\0\5\1\0\1", 1, palette))
    add("BMP RLE8 with a jump", bmp(4, 3, 8, b"\1\1\0\2\1\1\2\3\0\0\4\1\0\1", 1, palette))
    add("BMP RLE8 with a run over the end of its row", bmp(4, 2, 8, b"\6\1\0\0\4\2\0\1", 1, palette))
    add("BMP RLE8 from the top", bmp(4, -2, 8, b"\4\1\0\0\4\2\0\1", 1, palette))
    add("BMP RLE4", bmp(5, 2, 4, b"\5\x12\0\0\0\3\x34\x50\2\x67\0\1", 2, palette[:64]))
    add("BMP 16 bits", bmp(3, 2, 16, noise(16)))
    add("BMP 16 bits 565", bmp(3, 2, 16, noise(16), 3, rest=masks(0xF800, 0x7E0, 0x1F)))
    add("BMP 16 bits 555 by masks", bmp(3, 2, 16, noise(16), 3, size=56, rest=masks(0x7C00, 0x3E0, 0x1F, 0)))
    add("BMP 32 bits, red first", bmp(2, 2, 32, noise(16), 3, size=108, rest=masks(0xFF, 0xFF00, 0xFF0000, 0xFF000000)))
    add("BMP 32 bits, red last", bmp(2, 2, 32, noise(16), 3, size=124, rest=masks(0xFF000000, 0xFF0000, 0xFF00, 0xFF)))
    add("BMP 32 bits, masks of zeros", bmp(2, 2, 32, noise(16), 3, size=108, rest=masks(0, 0, 0, 0)))
    add("BMP from the top", bmp(2, -2, 24, noise(16)))
    add("BMP OS/2 of 24 bits", bmp(2, 2, 24, noise(16), size=12))
    add("BMP OS/2 of 4 bits", bmp(5, 2, 4, noise(8), size=12, palette=noise(48)))
    add("BMP OS/2 2", bmp(2, 2, 24, noise(16), size=64))
    add("BMP of few colours", bmp(4, 1, 8, b"\0\2\3\xc8", palette=palette[:12], colours=3))
    add("BMP of few greys", bmp(4, 1, 8, b"\0\2\3\xc8", palette=b"\0\0\0\0\1\1\1\0\2\2\2\0", colours=3))
    add("BMP with a gap before the pixels", bmp(4, 1, 8, b"\0\2\1\0", palette=palette[:12] + bytes(9), colours=3))


# WebP


def webps():
    width, height = 17, 13
    pixels = bytes((x * 9 + y * y + c * 40) % 256 for y in range(height) for x in range(width) for c in range(4))
    alpha = Image.frombytes("RGBA", (width, height), pixels)
    for mode in ("RGB", "RGBA"):
        for lossless in (False, True):
            first = alpha.convert(mode)
            b = io.BytesIO()
            first.save(b, "WEBP", save_all=True, append_images=[first.transpose(0)], lossless=lossless, exact=True, quality=50)
            add(f"WEBP animated {mode} lossless={lossless}", b.getvalue())
            b = io.BytesIO()
            first.save(b, "WEBP", lossless=lossless, exact=True, quality=50)
            still = b.getvalue()[12:]
            add(f"WEBP placed frame {mode} lossless={lossless}", placed(still[18:] if still[:4] == b"VP8X" else still, width, height))


def placed(picture, width, height):
    """An animation whose frame stands at (6, 4) of a larger canvas, on a background that is not drawn."""
    three = lambda *numbers: b"".join(struct.pack("<I", n)[:3] for n in numbers)
    riff = lambda name, body: name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    body = riff(b"VP8X", b"\x12\0\0\0" + three(29, 24)) + riff(b"ANIM", struct.pack("<IH", 0x11223344, 0))
    body += riff(b"ANMF", three(3, 2, width - 1, height - 1, 100) + b"\0" + picture)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


pngs()
tiffs()
bmps()
webps()
with open("kinds.json", "w") as f:
    f.write("[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n")
