"""JPEGs of every kind that decodeJpeg takes, with the hash of Pillow's pixels, and of every kind that it refuses.

    .venv/bin/python golden/jpeg/make.py
"""
import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import PIL
from PIL import Image, ImageFile, features

from pictures import KINDS, photo
from writer import Picture, random_script, segment

here = Path(__file__).parent
ImageFile.MAXBLOCK = 1 << 24  # Pillow's buffer for optimised and progressive files
SIZES = [(1, 1), (1, 2), (2, 1), (3, 3), (5, 4), (4, 5), (8, 8), (7, 9), (9, 8), (16, 16), (15, 17), (17, 15), (17, 33), (2, 33), (33, 2), (64, 1), (1, 64), (63, 65), (101, 99)]
QUALITIES = [90, 75, 95, 50, 100, 20, 85, 5, 60, 1]
FACTORS = [
    [(1, 1)], [(2, 2)], [(1, 1)] * 3, [(2, 1), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)], [(1, 2), (1, 1), (1, 1)], [(4, 1), (1, 1), (1, 1)],
    [(1, 4), (1, 1), (1, 2)], [(4, 2), (1, 1), (1, 1)], [(2, 2), (2, 1), (1, 2)], [(1, 1), (2, 2), (2, 1)], [(4, 1), (2, 1), (1, 1)],
    [(2, 2), (2, 2), (1, 1)], [(1, 1), (2, 1), (1, 1)],
]  # fmt: skip


def picture(rng, i, height, width):
    if height * width > 50_000:
        return photo(rng, height, width)
    return KINDS[i % len(KINDS)](rng, height, width)


def pillow(pixels, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, 'JPEG', **options)
    return out.getvalue()


def by_pillow(rng, count, sizes):
    for i in range(count):
        pixels = picture(rng, i, *sizes[i % len(sizes)])
        options = {'quality': QUALITIES[i // 2 % len(QUALITIES)], 'subsampling': i % 3}
        if i % 7 == 3:
            pixels, options = np.asarray(Image.fromarray(pixels).convert('L')), {'quality': options['quality']}
        elif i % 13 == 12:
            options |= {'keep_rgb': True, 'subsampling': 0}
        if i % 4 == 1:
            options['optimize'] = True
        if i % 2 == 1:
            options['progressive'] = True
        if i % 6 == 2:
            options['restart_marker_rows'] = 1 + i % 2
        if i % 6 in (4, 5):
            options['restart_marker_blocks'] = [1, 3, 17][i % 3]
        yield f'pillow{i:03d}', pillow(pixels, **options)


def by_opencv(rng, count, sizes):
    factors = [getattr(cv2, f'IMWRITE_JPEG_SAMPLING_FACTOR_{name}') for name in (411, 440, 422, 420, 444)]
    for i in range(count):
        options = [cv2.IMWRITE_JPEG_QUALITY, QUALITIES[i // 2 % len(QUALITIES)], cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factors[i % 5]]
        options += [cv2.IMWRITE_JPEG_PROGRESSIVE, i % 2, cv2.IMWRITE_JPEG_RST_INTERVAL, [0, 0, 2][i % 3], cv2.IMWRITE_JPEG_OPTIMIZE, int(i % 4 == 0)]
        yield f'opencv{i:03d}', cv2.imencode('.jpg', picture(rng, i + 1, *sizes[(i * 7) % len(sizes)]), options)[1].tobytes()


def adobe(transform):
    return segment(0xEE, b'Adobe' + struct.pack('>HHHB', 100, 0, 0, transform))


JFIF = segment(0xE0, b'JFIF\0\1\1\0\0\1\0\1\0\0')


def by_writer(rng, count, largest):
    for i in range(count):
        factors = FACTORS[i % len(FACTORS)]
        height, width = (int(n) for n in rng.integers(1, largest, 2))
        source = Picture(rng, height, width, factors, wide=i % 5 == 4, largest=int(rng.choice([1, 3, 30, 700])))
        everyone = list(range(len(factors)))
        ids = [(1, 2, 3), (82, 71, 66), (0, 1, 2), (7, 7, 9)][int(rng.integers(4))]
        options = {'restart': int(rng.choice([0, 0, 1, 7])), 'ids': ids}
        options['before'] = [b'', JFIF, adobe(0), adobe(1), JFIF + adobe(0), segment(0xFE, b'\xff\xd8\xff\xd9')][int(rng.integers(6))]
        if i % 3 == 1 and ids[0] != ids[1]:
            yield f'writer{i:03d}', source.write(random_script(rng, len(factors)), progressive=True, **options)
            continue
        scans = [[everyone], [[c] for c in everyone], [everyone[-1:], everyone[:-1]], [everyone[:1], everyone[1:]]]
        chosen = scans[int(rng.integers(4)) if len(factors) == 3 and ids[0] != ids[1] else 0]
        # A table that comes again between scans is for components that have not begun.
        again = [source.quantisation(), b''][i % 2]
        yield f'writer{i:03d}', source.write([(c,) for c in chosen], between=lambda k: again if k else b'', **options)


def wild(rng):
    """Coefficients that no encoder writes: sums inside libjpeg-turbo's transform wrap. Its code for ARM may differ."""
    for i in range(6):
        factors = [(1, 1)] * (1 if i % 2 else 3)
        yield f'wild{i}', Picture(rng, 24, 40, factors, largest=4000, reach=4000).write([(list(range(len(factors))),)])


def pixels_of(data):
    """Pillow's pixels, which must be OpenCV's as well where OpenCV gives both."""
    pixels = np.asarray(Image.open(io.BytesIO(data)))
    other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(pixels, other if pixels.ndim == 2 else other[..., ::-1])
    return pixels


def segments(data):
    """Marker, begin and end of each segment up to the first scan."""
    at, marker = 2, 0
    while marker != 0xDA:
        marker, end = data[at + 1], at + 2 + struct.unpack('>H', data[at + 2 : at + 4])[0]
        yield marker, at, end
        at = end


def find(data, marker):
    return next(begin for found, begin, _ in segments(data) if found == marker)


def patched(data, at, *values):
    return data[:at] + bytes(values) + data[at + len(values) :]


def without(data, marker):
    for begin, end in reversed([(begin, end) for found, begin, end in segments(data) if found == marker]):
        data = data[:begin] + data[end:]
    return data


def refused(rng):
    """Name, bytes, code and words of the message."""
    rgb = photo(rng, 40, 56)
    base = pillow(rgb, quality=80)
    frame, scan = find(base, 0xC0), find(base, 0xDA)
    progressive = pillow(rgb, quality=80, progressive=True)
    gray = Picture(rng, 40, 40, [(1, 1)])
    colour = Picture(rng, 40, 40, [(1, 1)] * 3)
    out = io.BytesIO()
    Image.fromarray(rgb).convert('CMYK').save(out, 'JPEG')
    cmyk = out.getvalue()
    whole = [([0], 0, 0, 0, 0), ([0], 1, 63, 0, 1), ([0], 1, 63, 1, 0)]

    for kind, names in (('UNSUPPORTED', [
        ('cmyk', cmyk, 'four components (CMYK)'),
        ('ycck', patched(cmyk, find(cmyk, 0xEE) + 15, 2), 'four components (YCCK)'),
        ('lossless', patched(base, frame + 1, 0xC3), 'lossless'),
        ('hierarchical', patched(base, frame + 1, 0xC5), 'hierarchical'),
        ('arithmetic', patched(base, frame + 1, 0xC9), 'arithmetic'),
        ('arithmetic-progressive', patched(progressive, find(progressive, 0xC2) + 1, 0xCA), 'arithmetic'),
        ('twelve-bits', patched(base, frame + 1, 0xC1, 0, 17, 12), '12 bits'),
        ('no-height', patched(base, frame + 5, 0, 0), 'DNL'),
        ('two-components', Picture(rng, 16, 16, [(1, 1)] * 2).write([([0, 1],)]), '2 components'),
        ('ratio', Picture(rng, 40, 40, [(3, 1), (2, 1), (1, 1)]).write([([0, 1, 2],)]), 'no whole ratio'),
        ('incomplete', gray.write(whole[:2], progressive=True), 'lacks its last scans'),
        ('motion-jpeg', without(base, 0xC4), 'Motion JPEG'),
    ]), ('DAMAGED', [
        ('empty', b'', 'empty'),
        ('png', b'\x89PNG\r\n\x1a\n', '89 50 4e'),
        ('only-start', b'\xff\xd8\xff', 'cut off'),
        ('header-cut', base[: frame + 9], 'cut off in its segment FF C0'),
        ('before-scan', base[:scan] + b'\xff\xd9', 'before its first scan'),
        ('no-frame', base[:frame] + base[frame + 19 :], 'no frame header'),
        ('two-frames', base[:frame] + base[frame : frame + 19] + base[frame:], 'two frame headers'),
        ('frame-between', colour.write([([0],), ([1],), ([2],)], between=lambda i: base[frame : frame + 19] if i == 1 else b''), 'second frame'),
        ('frame-length', patched(base, frame + 9, 2), 'frame header'),
        ('no-width', patched(base, frame + 7, 0, 0), 'width is 0'),
        ('factor', patched(base, frame + 11, 0x50), 'sampling factors'),
        ('table-4', patched(base, frame + 12, 4), 'quantisation table 4'),
        ('segment-length', patched(base, frame + 2, 0, 1), 'length of 1'),
        ('marker', base[:scan] + b'\xff\xf3\0\2' + base[scan:], 'FF F3'),
        ('restart-interval', base[:scan] + segment(0xDD, b'\1') + base[scan:], 'restart interval'),
        ('no-end', base[:-2], 'no end marker'),
        ('half', base[: scan + 114], 'ends before its last block'),
        ('half-ended', base[: scan + 114] + b'\xff\xd9', 'ends before its last block'),
        ('ones', base[: scan + 14] + b'\xff\0' * 3000 + b'\xff\xd9', 'no code'),
        ('quantisation-missing', without(base, 0xDB), 'quantisation table that was not sent'),
        ('quantisation-cut', base[:scan] + segment(0xDB, bytes(30)) + base[scan:], 'quantisation table is cut off'),
        ('huffman-cut', base[:scan] + segment(0xC4, bytes(9)) + base[scan:], 'Huffman table is cut off'),
        ('huffman-full', base[:scan] + segment(0xC4, b'\0\2' + bytes(15) + b'\1\2') + base[scan:], 'more codes'),
        ('scan-header', patched(base, scan + 4, 2), 'valid header'),
        ('scan-component', patched(base, scan + 5, 9), 'component 9'),
        ('scan-order', patched(base, scan + 5, 2, 0, 1), 'before another'),
        ('scan-table', patched(base, scan + 6, 0x44), 'above 3'),
        ('component-missing', colour.write([([0],), ([1],)]), 'all components'),
        ('component-twice', colour.write([([0],), ([0],), ([1],), ([2],)]), 'twice'),
        ('eleven-blocks', Picture(rng, 16, 16, [(4, 2), (2, 1), (1, 1)]).write([([0, 1, 2],)]), '11 blocks'),
        ('restart-number', gray.write([([0],)], restart=5).replace(b'\xff\xd1', b'\xff\xd2'), 'restart marker'),
        ('restart-missing', gray.write([([0],)], restart=5).replace(b'\xff\xd1', b''), ''),
        ('coefficient', patched(base, find(base, 0xDB) + 5, *[255] * 64), 'no picture has'),
        ('coefficient-progressive', patched(progressive, find(progressive, 0xDB) + 5, *[255] * 64), 'no picture has'),
        ('band', gray.write([([0], 0, 5, 0, 0)], progressive=True), 'coefficients 0 to 5'),
        ('band-of-two', colour.write([([0, 1], 1, 5, 0, 0)], progressive=True), '2 components'),
        ('bits-twice', gray.write([*whole, whole[-1]], progressive=True), 'bits again'),
        ('ac-first', gray.write([whole[1]], progressive=True), 'before any DC'),
    ]), ('TOO_LARGE', [
        ('huge', patched(base, frame + 5, 0xFF, 0xDC, 0xFF, 0xDC), '65500 x 65500'),
        ('scans', gray.write([*whole[:1], *[([0], k, k, 0, 2) for k in range(1, 64)], *[([0], k, k, 2, 1) for k in range(1, 64)]], progressive=True), '100 scans'),
    ])):  # fmt: skip
        for name, data, words in names:
            yield name, data, f'JPEG_{kind}', words


def main():
    rng = np.random.default_rng(20)
    for folder in ('files', 'refused'):
        (here / folder).mkdir(exist_ok=True)
        for old in (here / folder).iterdir():
            old.unlink()
    cases = []
    large = [(375, 500), (333, 500), (500, 333), (480, 300)]
    makers = [by_pillow(rng, 120, SIZES), by_opencv(rng, 50, SIZES), by_writer(rng, 84, 60)]
    makers += [((f'large-{name}', data) for name, data in maker(rng, 8, large)) for maker in (by_pillow, by_opencv)]
    makers += [wild(np.random.default_rng(21))]
    for i, (name, data) in enumerate(case for maker in makers for case in maker):
        pixels = pixels_of(data)
        (here / 'files' / f'{name}.jpg').write_bytes(data)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        cases.append({'name': name, 'shape': [*pixels.shape[:2], 1 if pixels.ndim == 2 else 3], 'sha256': digest, 'pixels': i % 20 == 0})
        if i % 20 == 0:
            (here / 'files' / f'{name}.rgb.z').write_bytes(zlib.compress(pixels.tobytes(), 9))
    (here / 'cases.json').write_text('[\n' + ',\n'.join(json.dumps(case) for case in cases) + '\n]\n')
    refusals = []
    for name, data, code, words in refused(rng):
        (here / 'refused' / f'{name}.jpg').write_bytes(data)
        refusals.append({'name': name, 'code': code, 'words': words})
    (here / 'refused.json').write_text('[\n' + ',\n'.join(json.dumps(case) for case in refusals) + '\n]\n')
    versions = {'Pillow': PIL.__version__, 'libjpeg-turbo': features.version('libjpeg_turbo'), 'opencv': cv2.__version__, 'numpy': np.__version__}
    (here / 'versions.json').write_text(json.dumps(versions) + '\n')


if __name__ == '__main__':
    main()
