"""Picture files of every kind that Pillow writes, and some that it only reads, from a seeded generator. For make.py and compare.py."""
import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms


def pixels(rng, height, width, channels=3):
    """Smooth waves with a little noise, so that codecs have something to do."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for _ in range(channels):
        a, b, c = rng.uniform(5, 40, 3)
        planes.append(128 + 90 * np.sin(x / a + c) * np.cos(y / b) + rng.normal(0, 6, x.shape))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def rgb(rng, height, width):
    return Image.fromarray(pixels(rng, height, width))


def rgba(rng, height, width):
    data = pixels(rng, height, width, 4)
    data[: height // 3, : width // 2, 3] = 0
    return Image.fromarray(data)


def wide(rng, height, width):
    """Gray of 16 bits, with values on both sides of 255."""
    return Image.fromarray((rng.integers(0, 2, (height, width)) * 256 + pixels(rng, height, width)[..., 0]).astype(np.uint16) * 3)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def oriented(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(rng, height, width, colour, depth, interlaced=False, palette=None, alpha=None):
    """A PNG of random samples and random filters: kinds that Pillow does not write."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    top = len(palette) // 3 if palette else 2**depth
    values = rng.integers(0, min(top, 2**depth), (height, width, samples))
    # Runs, so that filters matter.
    values = np.where(rng.random((height, width, 1)) < 0.5, np.roll(values, 1, 1), values)
    lines = b''
    for t, l, dy, dx in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = values[t::dy, l::dx]
        if part.size:
            lines += filtered(rng, part, depth)
    chunks = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, int(interlaced)))
    if palette:
        chunks += chunk(b'PLTE', palette)
    if alpha is not None:
        chunks += chunk(b'tRNS', alpha)
    data = zlib.compress(lines)
    half = len(data) // 2
    return b'\x89PNG\r\n\x1a\n' + chunks + chunk(b'IDAT', data[:half]) + chunk(b'IDAT', data[half:]) + chunk(b'IEND', b'')


def filtered(rng, part, depth):
    rows = part.reshape(len(part), -1)
    if depth == 16:
        rows = rows.astype('>u2').view(np.uint8).reshape(len(part), -1)
    elif depth < 8:
        bits = (rows[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
        rows = np.packbits(bits.reshape(len(part), -1).astype(np.uint8), 1)
    rows = rows.astype(np.int64)
    unit = max(1, part.shape[2] * depth // 8)
    out = b''
    above = np.zeros(rows.shape[1], np.int64)
    for row in rows:
        left = np.concatenate([np.zeros(unit, np.int64), row])[: len(row)]
        corner = np.concatenate([np.zeros(unit, np.int64), above])[: len(row)]
        kind = int(rng.integers(0, 5))
        if kind == 4:
            p = left + above - corner
            a, b, c = abs(p - left), abs(p - above), abs(p - corner)
            guess = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
        else:
            guess = [0, left, above, (left + above) // 2][kind]
        out += bytes([kind]) + ((row - guess) & 255).astype(np.uint8).tobytes()
        above = row
    return out


def display_p3():
    """A colour profile: sRGB's with the primaries of Display P3."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes())
    primaries = {b'rXYZ': (0.51512, 0.2412, -0.00105), b'gXYZ': (0.29198, 0.69225, 0.04189), b'bXYZ': (0.1571, 0.06657, 0.78407)}
    for i in range(struct.unpack('>I', profile[128:132])[0]):
        tag, at, _ = struct.unpack('>4sII', profile[132 + 12 * i : 144 + 12 * i])
        if tag in primaries:
            profile[at + 8 : at + 20] = struct.pack('>3i', *(round(v * 65536) for v in primaries[tag]))
    # The date it was made, and a digest of it.
    profile[24:36], profile[84:100] = bytes(12), bytes(16)
    return bytes(profile)


def without_adobe(jpeg):
    at = jpeg.find(b'Adobe') - 4
    return jpeg[:at] + jpeg[at + 2 + struct.unpack('>H', jpeg[at + 2 : at + 4])[0] :]


def as_ycck(jpeg):
    """The same JPEG, said to hold YCCK."""
    at = jpeg.find(b'Adobe') + 11
    return jpeg[:at] + b'\x02' + jpeg[at + 1 :]
