"""Compares Millrace's cropResize with the story's NumPy and OpenCV code on seeded random strokes: every byte must be equal.

    .venv/bin/python golden/glyph/compare.py [jobs=20000] [seed=1]

Millrace runs from source (golden/glyph/compare.ts). Where the story's code fails, Millrace's must. Exits 1 when any picture differs.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import cv2

from story import glyph, job

here = pathlib.Path(__file__).parent
BATCH = 2000


def main(count=20000, seed=1):
    cv2.setNumThreads(1)
    failed, kinds = 0, collections.Counter()
    first = seed * 1_000_000
    for start in range(first, first + count, BATCH):
        failed += compare(range(start, min(start + BATCH, first + count)), kinds)
    print(', '.join(f'{kind}: {n}' for kind, n in sorted(kinds.items())))
    print(f'{count} comparisons, {failed} failed')
    return failed > 0


def compare(seeds, kinds):
    """Counts the jobs by what comes of them, and returns how many differ."""
    jobs, answers = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / 'in.u8', 'wb') as inputs:
            for seed in seeds:
                pixels, options = job(seed)
                jobs.append({'height': pixels.shape[0], 'width': pixels.shape[1], 'options': options})
                inputs.write(pixels.tobytes())
                out = glyph(pixels.copy(), **options)
                answers.append(b'\0' if out is None else b'\1' + out.tobytes())
                kinds['refused' if out is None else 'made'] += 1
        (folder / 'jobs.json').write_text(json.dumps(jobs))
        subprocess.run(['node', '--import', 'tsx', here / 'compare.ts', folder], check=True, cwd=here.parent.parent)
        ours = (folder / 'out.u8').read_bytes()
    at, failed = 0, 0
    for it, answer in zip(jobs, answers):
        mine = ours[at : at + len(answer)]
        # Every answer begins with a byte that says whether there is one; another length would put all that follow out of step.
        if mine[:1] != answer[:1]:
            print(f'{"made" if mine[0] else "refused"} instead of the opposite: {it}')
            return failed + len(jobs)
        at += len(answer)
        if mine != answer:
            failed += 1
            print(f'{sum(a != b for a, b in zip(mine, answer))} of {len(answer)} bytes differ: {it}')
    assert at == len(ours), f'{len(ours)} bytes instead of {at}'
    return failed


sys.exit(main(*map(int, sys.argv[1:])))
