"""Compares Millrace's resample with librosa's on seeded random pairs of rates and signals.

    .venv/bin/python golden/resample/compare.py [pairs=300] [seed=1]

Millrace runs from source (golden/resample/compare.ts). Exits 1 when a length differs or an error is above its gate.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import librosa
import numpy as np

from signals import PAIRS, gate, random_pairs, signals

here = pathlib.Path(__file__).parent


def main(count=300, seed=1):
    jobs = []
    for i, (a, b) in enumerate(PAIRS + random_pairs(seed, int(count))):
        # Enough input for some output when decimating, little enough when raising.
        noise = int(min(max(4000, 300 * a / b), 200_000))
        jobs += [(a, b, name, x) for name, x in signals(seed * 1000 + i, noise).items()]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        np.concatenate([x for *_, x in jobs]).tofile(folder / 'in.f32')
        (folder / 'jobs.json').write_text(json.dumps([{'origSr': a, 'targetSr': b, 'length': len(x)} for a, b, _, x in jobs]))
        subprocess.run(['node', '--import', 'tsx', here / 'compare.ts', folder], check=True, cwd=here.parent.parent)
        lengths = json.loads((folder / 'lengths.json').read_text())
        outputs = np.split(np.fromfile(folder / 'out.f32', np.float32), np.cumsum(lengths)[:-1])
    failed, worst = 0, {}
    for (a, b, name, x), y in zip(jobs, outputs, strict=True):
        expected = librosa.resample(x, orig_sr=a, target_sr=b) if len(x) else x
        if len(y) != len(expected):
            print(f'{a} -> {b} {name}: {len(y)} samples, librosa {len(expected)}')
            failed += 1
            continue
        error = float(np.abs(y - expected).max(initial=0))
        limit = gate(a, b, name)
        worst[limit] = max(worst.get(limit, (0.,)), (error, a, b, name))
        if error > limit:
            print(f'{a} -> {b} {name}: {error:.2e}')
            failed += 1
    for limit, (error, *where) in sorted(worst.items()):
        print(f'worst {error:.2e} of {limit} allowed: {where}')
    print(f'{len(jobs)} comparisons, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main(*map(int, sys.argv[1:])))
