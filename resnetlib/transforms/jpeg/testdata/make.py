"""Makes pillow.json: small JPEG files and the CRC-32 of what Pillow 13.0.0 decodes them to.

Run: python make.py (needs Pillow). Half of the files are written by Pillow; the other half by the few lines below,
since Pillow's encoder knows only three samplings and always interleaves. Their coefficients are random.
"""
import base64, io, json, random, struct, zlib
from PIL import Image

random.seed(11)


def tables():
    """The standard Huffman tables, taken from a file with them."""
    b = io.BytesIO()
    Image.new("RGB", (16, 16)).save(b, "JPEG")
    d, i, found = b.getvalue(), 2, {}
    while d[i + 1] != 0xDA:
        n = d[i + 2] * 256 + d[i + 3]
        if d[i + 1] == 0xC4:
            found[d[i + 4]] = d[i + 5 : i + 2 + n]
        i += 2 + n
    return found


TABLES = tables()


def codes(table):
    code, k, out = 0, 0, {}
    for length in range(16):
        for _ in range(table[length]):
            out[table[16 + k]] = (code, length + 1)
            code, k = code + 1, k + 1
        code <<= 1
    return out


DC, AC = codes(TABLES[0]), codes(TABLES[0x10])


class Bits:
    def __init__(self):
        self.out, self.acc, self.n = bytearray(), 0, 0

    def put(self, value, length):
        for k in range(length - 1, -1, -1):
            self.acc, self.n = self.acc * 2 + ((value >> k) & 1), self.n + 1
            if self.n == 8:
                self.out += bytes([self.acc, 0]) if self.acc == 255 else bytes([self.acc])
                self.acc = self.n = 0

    def flush(self):
        while self.n:
            self.put(1, 1)
        out, self.out = bytes(self.out), bytearray()
        return out


def magnitude(v):
    size = abs(v).bit_length()
    return size, (v if v >= 0 else v + (1 << size) - 1)


def block(bits, last, c):
    dc = random.randint(-60, 60)
    size, value = magnitude(dc - last[c])
    last[c] = dc
    bits.put(*DC[size]), bits.put(value, size)
    k = 1
    while k < 64 and random.random() < 0.5:
        run = random.randint(0, 5)
        if k + run > 63:
            break
        size, value = magnitude(random.randint(-12, 12) or 1)
        bits.put(*AC[run * 16 + size]), bits.put(value, size)
        k += run + 1
    if k < 64:
        bits.put(*AC[0])


def segment(marker, body):
    return bytes([255, marker]) + struct.pack(">H", len(body) + 2) + body


def make(width, height, sampling, interleaved, restart, ids, extra, with_tables):
    n, ceil = len(sampling), lambda a, b: -(-a // b)
    max_h, max_v = max(h for h, _ in sampling), max(v for _, v in sampling)
    frame = b"".join(bytes([ids[i], h * 16 + v, 0]) for i, (h, v) in enumerate(sampling))
    out = b"\xff\xd8" + extra + segment(0xDB, b"\0" + bytes([8] * 64))
    out += segment(0xC0, bytes([8]) + struct.pack(">HH", height, width) + bytes([n]) + frame)
    if with_tables:
        out += segment(0xC4, b"\0" + TABLES[0]) + segment(0xC4, b"\x10" + TABLES[0x10])
    if restart:
        out += segment(0xDD, struct.pack(">H", restart))
    for scan in [list(range(n))] if interleaved else [[i] for i in range(n)]:
        out += segment(0xDA, bytes([len(scan)]) + b"".join(bytes([ids[i], 0]) for i in scan) + b"\0\x3f\0")
        bits, last, number = Bits(), [0] * n, 0
        h, v = sampling[scan[0]]
        mcus = ceil(width, 8 * max_h) * ceil(height, 8 * max_v)
        if len(scan) == 1:
            mcus = ceil(ceil(width * h, max_h), 8) * ceil(ceil(height * v, max_v), 8)
        for m in range(mcus):
            if restart and m and m % restart == 0:
                out += bits.flush() + bytes([255, 0xD0 + number])
                number, last = (number + 1) % 8, [0] * n
            for i in scan:
                for _ in range(sampling[i][0] * sampling[i][1] if len(scan) > 1 else 1):
                    block(bits, last, i)
        out += bits.flush()
    return out + b"\xff\xd9"


def entry(what, data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    crc = f"{zlib.crc32(image.tobytes()):08x}"
    return {"what": what, "width": image.width, "height": image.height, "crc32": crc, "jpeg": base64.b64encode(data).decode()}


SAMPLINGS = [
    [(1, 2), (1, 1), (1, 1)], [(4, 1), (1, 1), (1, 1)], [(2, 2), (1, 2), (2, 1)], [(1, 1), (2, 2), (1, 1)],
    [(4, 2), (1, 1), (1, 1)], [(1, 4), (1, 1), (1, 1)], [(2, 2)], [(1, 1)] * 3, [(2, 1), (1, 1), (1, 1)],
    [(2, 2), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1), (2, 2)], [(1, 1)] * 4, [(2, 1), (1, 1), (1, 1), (2, 1)],
    [(1, 2), (1, 1), (1, 1), (1, 2)], [(3, 2), (3, 1), (1, 1)],
]
ADOBE = [segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([t])) for t in range(3)]
JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def unusual():
    for sampling in SAMPLINGS:
        for _ in range(3):
            width, height = random.randint(1, 9), random.randint(1, 9)
            if random.random() < 0.5:
                width, height = random.randint(1, 40), random.randint(1, 40)
            interleaved, restart = random.random() < 0.6, random.choice([0, 0, 1, 3])
            ids = random.choice([(1, 2, 3, 4), (82, 71, 66, 4), (0, 1, 2, 3)])
            extra = random.choice([b"", JFIF, *ADOBE, JFIF + ADOBE[0]])
            what = f"sampling {sampling} interleaved {interleaved} restart {restart} ids {ids} markers {extra[4:9]}"
            yield entry(what, make(width, height, sampling, interleaved, restart, ids, extra, random.random() < 0.7))


def written_by_pillow():
    for i in range(90):
        side = 12 if i % 2 else 40
        size = random.randint(1, side), random.randint(1, side)
        noise = bytes(random.randrange(256) for _ in range(size[0] * size[1] * 3))
        mode = random.choice(["RGB", "RGB", "RGB", "L", "CMYK"])
        options = dict(quality=random.choice([1, 5, 20, 50, 75, 95, 100]), progressive=random.random() < 0.5)
        if mode == "RGB":
            options["subsampling"] = random.choice([0, 1, 2, 2])
        if random.random() < 0.3:
            options["restart_marker_blocks"] = random.randint(1, 7)
        b = io.BytesIO()
        Image.frombytes("RGB", size, noise).convert(mode).save(b, "JPEG", optimize=True, **options)
        yield entry(f"{mode} {options}", b.getvalue())


with open("pillow.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(e) for e in [*unusual(), *written_by_pillow()]) + "\n]\n")
