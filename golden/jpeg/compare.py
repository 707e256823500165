"""Compares decodeJpeg with Pillow and OpenCV on seeded random pictures, and with Pillow on mutants of them.

    .venv/bin/python golden/jpeg/compare.py [pictures=2500] [seed=1]

Millrace runs from source (golden/jpeg/compare.ts). Exits 1 when a picture is refused or a byte differs. Mutants may be refused, as we are
stricter; but what is decoded must be what Pillow decodes.
"""
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import cv2
import numpy as np
from PIL import Image

from make import by_opencv, by_pillow, by_writer

here = pathlib.Path(__file__).parent
BATCH = 500


def pictures(rng, count):
    """A third by each encoder, most of them small, some as large as photographs."""
    sizes = [tuple(int(n) for n in rng.integers(1, 80 if i % 8 else 640, 2)) for i in range(97)]
    yield from by_pillow(rng, count - 2 * (count // 3), sizes)
    yield from by_opencv(rng, count // 3, sizes)
    yield from by_writer(rng, count // 3, 90)


def mutant(rng, data):
    """Up to four bytes changed behind the headers, or ten cut out there."""
    data, start = bytearray(data), data.index(b'\xff\xda')
    if rng.random() < 0.3:
        at = int(rng.integers(start, len(data)))
        del data[at : at + 10]
    else:
        for _ in range(int(rng.integers(1, 5))):
            data[int(rng.integers(start, len(data)))] = int(rng.integers(256))
    return bytes(data)


def pillow(data):
    try:
        pixels = np.asarray(Image.open(io.BytesIO(data)))
    except Exception:  # whatever a damaged file brings about
        return None
    return pixels if pixels.ndim == 3 else pixels[..., None]


def opencv(data):
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[..., None] if pixels.ndim == 2 else pixels[..., ::-1]


def millrace(files):
    """Pixels, or the error as text."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / 'in.bin').write_bytes(b''.join(files))
        (folder / 'lengths.json').write_text(json.dumps([len(data) for data in files]))
        subprocess.run(['node', '--import', 'tsx', here / 'compare.ts', folder], check=True, cwd=here.parent.parent)
        results = json.loads((folder / 'results.json').read_text())
        pixels, at = np.fromfile(folder / 'out.bin', np.uint8), 0
    for result in results:
        if isinstance(result, str):
            yield result
            continue
        size = int(np.prod(result))
        yield pixels[at : at + size].reshape(result)
        at += size


def main(count=2500, seed=1):
    warnings.simplefilter('ignore')  # Pillow's, of mutants
    rng = np.random.default_rng(int(seed))
    compared = failed = decoded = refused = 0

    def check(name, pixels, expected, whose):
        nonlocal compared, failed
        compared += 1
        if isinstance(pixels, str) or not np.array_equal(pixels, expected):
            failed += 1
            (pathlib.Path(tempfile.gettempdir()) / f'{name}.jpg').write_bytes(files[name])
            print(f'{name}.jpg is not as in {whose}:', pixels if isinstance(pixels, str) else f'{pixels.shape}, {expected.shape}')

    for data_of, mutants in ((pictures(rng, int(count)), False), (pictures(rng, int(count)), True)):
        waiting = list(data_of)
        for begin in range(0, len(waiting), BATCH):
            files = dict(waiting[begin : begin + BATCH])
            if mutants:
                files = {f'{name}-mutant': mutant(rng, data) for name, data in files.items()}
            for (name, data), pixels in zip(files.items(), millrace(list(files.values())), strict=True):
                if not mutants:
                    check(name, pixels, pillow(data), 'Pillow')
                    check(name, pixels, opencv(data), 'OpenCV')
                elif isinstance(pixels, str):
                    refused += 1
                elif (expected := pillow(data)) is not None:
                    decoded += 1
                    check(name, pixels, expected, 'Pillow')
    print(f'of {refused + decoded} mutants {refused} were refused')
    print(f'{compared} comparisons, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
