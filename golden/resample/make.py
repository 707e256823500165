"""Writes cases.json and outputs.f32: librosa.resample over seeded pairs of rates (every `stride`-th
sample, end to end, in the order of the cases).

The inputs are made again by the test: see `inputs` here and in src/audio/resample.golden.test.ts.
"""
import json
import pathlib

import librosa
import numpy as np
import soxr

from signals import PAIRS, random_pairs

here = pathlib.Path(__file__).parent


def noise(count):
    """Uniform in [-1, 1), exact in float32, the same in any language."""
    state, values = 1, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 8) / 2**23 - 1)
    return np.array(values, np.float32)


def inputs(noisy, count):
    impulses = np.zeros(300, np.float32)
    impulses[[0, 1, 150, -2, -1]] = [1, -.5, 1, .25, -1]
    yield 'noise', noisy[:count]
    yield 'impulses', impulses
    yield 'step', np.ones(200, np.float32)
    for n in (0, 1, 2, 3, 10, 100):
        yield f'noise{n}', noisy[:n]


def main():
    noisy = noise(150_000)
    cases, outputs = [], []

    def add(a, b, name, x, stride=1):
        y = librosa.resample(x, orig_sr=a, target_sr=b) if len(x) else x
        cases.append({'origSr': a, 'targetSr': b, 'signal': name, 'samples': len(x), 'length': len(y), 'stride': stride})
        outputs.append(y[::stride])

    extreme = [(1000.0, 230000.0), (2500.0, 37123.0), (390000.0, 2001.0), (100000.0 / 3, 7777.7)]
    for a, b in PAIRS + extreme + random_pairs(2024, 40, 4000, 200000):
        for name, x in inputs(noisy, int(min(max(500, 40 * a / b), 6000))):
            add(a, b, name, x, int(len(x) * b / a / 1000) + 1)
    # Long: many tiles, and the drift of the 32.32 clock.
    for a, b in [(16000, 22050), (44100, 22050), (96000, 44100), (22257, 16000), (47999, 30011), (50000, 44099)]:
        add(a, b, 'noise', noisy, 37)
    # 99,960 * (96000 / 44100) is just above 217,600 in doubles.
    add(44100, 96000, 'noise', noisy[:99960], 101)
    np.concatenate(outputs).astype(np.float32).tofile(here / 'outputs.f32')
    (here / 'cases.json').write_text('[\n' + ',\n'.join(map(json.dumps, cases)) + '\n]\n')
    versions = {'librosa': librosa.__version__, 'soxr': soxr.__version__, 'libsoxr': soxr.__libsoxr_version__, 'numpy': np.__version__}
    (here / 'versions.json').write_text(json.dumps(versions, indent=2) + '\n')


if __name__ == '__main__':
    main()
