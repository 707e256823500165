"""Pictures of strokes and what the story's code makes of them: a hash for each.

    .venv/bin/python golden/glyph/make.py
"""
import hashlib
import json
import zlib
from pathlib import Path

import cv2
import numpy as np

from story import glyph, job

here = Path(__file__).parent
SEEDS = range(160)


def main():
    pictures, cases = [], []
    for seed in SEEDS:
        pixels, options = job(seed)
        out = glyph(pixels.copy(), **options)
        pictures.append(pixels.tobytes())
        digest = None if out is None else hashlib.sha256(out.tobytes()).hexdigest()[:16]
        cases.append({'height': pixels.shape[0], 'width': pixels.shape[1], 'options': options, 'pixels': digest})
    (here / 'pictures.z').write_bytes(zlib.compress(b''.join(pictures), 9))
    (here / 'cases.json').write_text('[\n' + ',\n'.join(json.dumps(case) for case in cases) + '\n]\n')
    (here / 'versions.json').write_text(json.dumps({'opencv': cv2.__version__, 'numpy': np.__version__}) + '\n')


main()
