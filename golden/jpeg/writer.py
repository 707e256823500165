"""Writes JPEGs that Pillow and OpenCV can't: any sampling, any scans, baseline and progressive, of random coefficients (ITU T.81)."""
import struct

import numpy as np


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack('>H', len(data) + 2) + data


class Code:
    """A Huffman code of all 256 symbols (or 16, for DC) in random order, some of them longer than decoders' look-ups."""

    def __init__(self, rng, symbols):
        lengths = {16: [0, 1, 1, 2, 2, 1, 2, 1, 2, 2, 1, 0, 0, 0, 1, 0], 256: [0, 0, 1, 1, 4, 4, 8, 30, 50, 80, 30, 20, 10, 8, 5, 5]}[symbols]
        self.order = [int(s) for s in rng.permutation(symbols)]
        self.counts = bytes(lengths)
        self.codes, code, k = {}, 0, 0
        for length, count in enumerate(lengths, 1):
            for _ in range(count):
                self.codes[self.order[k]] = (code, length)
                code, k = code + 1, k + 1
            assert code < 1 << length, 'all ones is no code'
            code <<= 1
        assert k == symbols

    def segment(self, number):
        return segment(0xC4, bytes([number]) + self.counts + bytes(self.order))


class Bits:
    """The bits of a scan, with restart markers."""

    def __init__(self):
        self.done, self.value, self.count, self.restarts = b'', 0, 0, 0

    def put(self, value, count):
        self.value, self.count = self.value << count | value, self.count + count

    def end(self):
        pad = -self.count % 8
        data = ((self.value + 1 << pad) - 1).to_bytes((self.count + pad) // 8, 'big')
        self.done += data.replace(b'\xff', b'\xff\0')
        self.value = self.count = 0

    def restart(self):
        self.end()
        self.done += bytes([0xFF, 0xD0 + self.restarts % 8])
        self.restarts += 1


def size_and_bits(v):
    size = abs(v).bit_length()
    return size, v if v >= 0 else v + (1 << size) - 1


class Scan:
    """Codes blocks one after another; what is kept from one to the next is dropped at restart markers."""

    def __init__(self, dc, ac):
        self.bits, self.dc, self.ac = Bits(), dc, ac
        self.forget()

    def forget(self):
        self.predicted, self.run, self.corrections = [0, 0, 0], 0, []

    def symbol(self, code, s):
        self.bits.put(*code.codes[s])

    def first_dc(self, component, value):
        size, bits = size_and_bits(value - self.predicted[component])
        self.predicted[component] = value
        self.symbol(self.dc, size)
        self.bits.put(bits, size)

    def end_run(self):
        if self.run:
            size = self.run.bit_length() - 1
            self.symbol(self.ac, size << 4)
            self.bits.put(self.run - (1 << size), size)
            for bit in self.corrections:
                self.bits.put(bit, 1)
        self.run, self.corrections = 0, []

    def first_ac(self, values, longest):
        """`longest` is how many blocks an end may cover: 1 in baseline."""
        zeros = 0
        for v in values:
            if v == 0:
                zeros += 1
                continue
            self.end_run()
            while zeros > 15:
                self.symbol(self.ac, 0xF0)
                zeros -= 16
            size, bits = size_and_bits(v)
            self.symbol(self.ac, zeros << 4 | size)
            self.bits.put(bits, size)
            zeros = 0
        if zeros:
            self.run += 1
            if self.run >= longest:
                self.end_run()

    def refine_ac(self, values, shift, longest):
        sizes = [abs(v) >> shift for v in values]
        new = [k for k, size in enumerate(sizes) if size == 1]
        zeros, corrections = 0, []
        for k, size in enumerate(sizes):
            if size == 0:
                zeros += 1
                continue
            while zeros > 15 and new and k <= new[-1]:
                self.end_run()
                self.symbol(self.ac, 0xF0)
                self.put_all(corrections)
                zeros, corrections = zeros - 16, []
            if size > 1:
                corrections.append(size & 1)
                continue
            self.end_run()
            self.symbol(self.ac, zeros << 4 | 1)
            self.bits.put(int(values[k] > 0), 1)
            self.put_all(corrections)
            zeros, corrections = 0, []
        if zeros or corrections:
            self.run += 1
            self.corrections += corrections
            if self.run >= longest or len(self.corrections) > 800:
                self.end_run()

    def put_all(self, bits):
        for bit in bits:
            self.bits.put(bit, 1)


class Picture:
    """Random coefficients of a picture of given size and sampling factors; `write` makes a JPEG of them."""

    def __init__(self, rng, height, width, factors, wide=False, largest=30, reach=900):
        self.rng, self.height, self.width, self.factors = rng, height, width, factors
        self.h_max, self.v_max = (max(f[i] for f in factors) for i in (0, 1))
        self.across, self.down = -(-width // (8 * self.h_max)), -(-height // (8 * self.v_max))
        # Past 8 bits a table needs 16; what a coefficient may be follows from its multiplier, so that none exceeds `reach`.
        self.tables = [rng.integers(1, 700 if wide else 60, 64) for _ in range(2)]
        self.wide = wide
        self.blocks = []
        for i, (h, v) in enumerate(factors):
            limit = np.minimum(reach // self.tables[min(i, 1)], largest)
            shape = (self.down * v, self.across * h, 64)
            values = rng.integers(-limit, limit + 1, shape) * (rng.random(shape) < rng.choice([0.02, 0.2, 0.7]))
            values[..., 0] = rng.integers(-limit[0], limit[0] + 1, shape[:2])
            values[rng.random(shape[:2]) < 0.3, 1:] = 0
            self.blocks.append(values)

    def places(self, components):
        """For each MCU of a scan its blocks: component, row and column."""
        if len(components) == 1:
            c = components[0]
            h, v = self.factors[c] if len(self.factors) > 1 else (self.h_max, self.v_max)
            high = -(-(-(-self.height * v // self.v_max)) // 8)
            wide = -(-(-(-self.width * h // self.h_max)) // 8)
            return [[(c, y, x)] for y in range(high) for x in range(wide)]
        return [
            [(c, row * v + y, column * h + x) for c in components for h, v in [self.factors[c]] for y in range(v) for x in range(h)]
            for row in range(self.down) for column in range(self.across)
        ]

    def quantisation(self):
        return b''.join(
            segment(0xDB, bytes([i | self.wide << 4]) + t.astype('>u2' if self.wide else 'u1').tobytes()) for i, t in enumerate(self.tables)
        )

    def write(self, scans, *, ids=(1, 2, 3), restart=0, progressive=False, before=b'', between=lambda i: b''):
        """
        `scans` are (components, first, last, high, low): bits `high` to `low` of coefficients, as a progressive scan has them;
        (components,) in baseline. `before` goes to the header, `between(i)` before scan i.
        """
        codes = [Code(self.rng, 16), Code(self.rng, 256)]
        frame = struct.pack('>BHHB', 8, self.height, self.width, len(self.factors))
        for i, (h, v) in enumerate(self.factors):
            frame += bytes([ids[i], h << 4 | v, min(i, 1)])
        out = b'\xff\xd8' + before + self.quantisation() + segment(0xC2 if progressive else 0xC0, frame)
        out += codes[0].segment(0) + codes[1].segment(0x10)
        if restart:
            out += segment(0xDD, struct.pack('>H', restart))
        for i, (components, *bits) in enumerate(scans):
            first, last, high, low = bits or (0, 63, 0, 0)
            out += between(i)
            out += segment(0xDA, bytes([len(components)]) + bytes(b for c in components for b in (ids[c], 0)) + bytes([first, last, high << 4 | low]))
            out += self.scan(codes, components, first, last, high, low, restart, progressive)
        return out + b'\xff\xd9'

    def scan(self, codes, components, first, last, high, low, restart, progressive):
        scan = Scan(*codes)
        longest = int(self.rng.choice([1, 2, 7, 500, 32767])) if progressive else 1
        for i, mcu in enumerate(self.places(components)):
            if restart and i and i % restart == 0:
                scan.end_run()
                scan.bits.restart()
                scan.forget()
            for c, y, x in mcu:
                values = [int(v) for v in self.blocks[c][y, x]]
                if first == 0:
                    if high:
                        scan.bits.put(values[0] >> low & 1, 1)
                    else:
                        scan.first_dc(c, values[0] >> low)
                if last > 0:
                    band = values[max(first, 1) : last + 1]
                    if high:
                        scan.refine_ac(band, low, longest)
                    else:
                        scan.first_ac([abs(v) >> low if v > 0 else -(abs(v) >> low) for v in band], longest)
        scan.end_run()
        scan.bits.end()
        return scan.bits.done


def random_script(rng, components):
    """Progressive scans in a random order that is allowed: DC first, then bands of AC, each bit after those above it."""
    everyone = list(range(components))
    shift = int(rng.integers(0, 3))
    scans = [(everyone, 0, 0, 0, shift)] if rng.random() < 0.7 else [([c], 0, 0, 0, shift) for c in everyone]
    dc = [(everyone, 0, 0, low + 1, low) for low in range(shift - 1, -1, -1)]
    queues = [dc]
    for c in everyone:
        cuts = sorted({1, 64, *(int(k) for k in rng.integers(2, 64, rng.integers(0, 4)))})
        for a, b in zip(cuts, cuts[1:]):
            top = int(rng.integers(0, 4))
            queues.append([([c], a, b - 1, 0, top)] + [([c], a, b - 1, low + 1, low) for low in range(top - 1, -1, -1)])
    while any(queues):
        queue = queues[rng.choice([i for i, q in enumerate(queues) if q])]
        scans.append(queue.pop(0))
    return scans
