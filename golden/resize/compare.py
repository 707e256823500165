"""Compares Millrace's resample with Pillow's Image.resize and cv2.resize on seeded random pictures: every byte must be equal.

    .venv/bin/python golden/resize/compare.py [jobs=60000] [seed=1]

Millrace runs from source (golden/resize/compare.ts), like the Pillow that runs this, 13 or 12, and like OpenCV if it is there. Exits 1 when any picture differs.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from peers import expected, job, picture

here = pathlib.Path(__file__).parent


BATCH = 5000


def main(count=60000, seed=1):
    failed, kinds = 0, collections.Counter()
    first = seed * 1_000_000
    for start in range(first, first + count, BATCH):
        failed += compare(range(start, min(start + BATCH, first + count)), kinds)
    print(', '.join(f'{kind}: {n}' for kind, n in sorted(kinds.items())))
    print(f'{count} comparisons, {failed} failed')
    return failed > 0


def compare(seeds, kinds):
    """Counts the jobs by kind, and returns how many differ."""
    jobs = [job(seed) for seed in seeds]
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / 'in.u8', 'wb') as inputs:
            for seed, it in zip(seeds, jobs):
                pixels = picture(seed, it['height'], it['width'], it['channels'], it['bits'])
                inputs.write(pixels.tobytes())
                answers.append(expected(pixels, it['size'], it['options']).tobytes())
        (folder / 'jobs.json').write_text(json.dumps(jobs))
        subprocess.run(['node', '--import', 'tsx', here / 'compare.ts', folder], check=True, cwd=here.parent.parent)
        ours = (folder / 'out.u8').read_bytes()
    at, failed = 0, 0
    for it, answer in zip(jobs, answers):
        kinds[f"{it['options'].get('like', 'pillow')} {it['options']['filter']} {it['bits']} bits x {it['channels']}"] += 1
        mine = ours[at : at + len(answer)]
        at += len(answer)
        if mine != answer:
            failed += 1
            differ = np.frombuffer(mine, np.uint8).astype(int) - np.frombuffer(answer, np.uint8) if len(mine) == len(answer) else np.array([256])
            print(f'{np.count_nonzero(differ)} of {len(answer)} bytes differ, by up to {abs(differ).max()}: {it}')
    assert at == len(ours), f'{len(ours)} bytes instead of {at}'
    return failed


if __name__ == '__main__':
    sys.exit(main(*map(int, sys.argv[1:])))
