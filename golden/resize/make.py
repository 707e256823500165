"""Pictures and what Pillow and OpenCV make of them: a hash for each, the bytes themselves for some.

    .venv/bin/python golden/resize/make.py

writes the pictures, pillow-13.json and opencv.json. Pillow 12 has an environment of its own, and writes pillow-12.json:

    python3 -m venv /tmp/pillow12 && /tmp/pillow12/bin/pip install Pillow==12.2.0 numpy==2.4.6
    /tmp/pillow12/bin/python golden/resize/make.py
"""
import hashlib
import json
import zlib
from pathlib import Path

import numpy as np
import PIL

from peers import OPENCV, PILLOW, VERSION, cv2, expected, picture

here = Path(__file__).parent
# Name: height, width, channels, bits.
PICTURES = {
    'gray': (61, 83, 1, 8),
    'rgb': (72, 96, 3, 8),
    'rgba': (58, 66, 4, 8),
    'gray16': (41, 47, 1, 16),
    'dot': (1, 1, 3, 8),
    'line': (1, 131, 1, 8),
    'column': (230, 2, 3, 8),
}
# From every kind: smaller, larger, much lower than narrow (where Pillow 13 turns its passes around), half, one pixel, one side the same.
SIZES = [(24, 24), (101, 150), (9, 80), (36, 48), (1, 1), (72, 31), (20, 96), (230, 1), (97, 2)]
BOXES = [(0.5, 0.25, 40.75, 30.125), (3, 5, 27, 29), (10, 10, 10.5, 10.01), (0, 0, 41, 41)]


def jobs(like):
    for name, (height, width, *_, bits) in PICTURES.items():
        for size in SIZES:
            if like == 'opencv':
                if bits == 8:
                    yield from (dict(picture=name, size=size, options={'like': like, 'filter': each}) for each in OPENCV)
                continue
            yield from (dict(picture=name, size=size, options={'filter': each, 'pillow': VERSION}) for each in PILLOW)
        if like == 'pillow' and min(height, width) > 40:
            for box in BOXES:
                for each in PILLOW:
                    yield dict(picture=name, size=(24, 24), options={'filter': each, 'pillow': VERSION, 'box': box})


def write(file, like, pictures):
    cases = []
    for i, job in enumerate(jobs(like)):
        answer = expected(pictures[job['picture']], job['size'], job['options'])
        job['sha256'] = hashlib.sha256(answer.tobytes()).hexdigest()
        # Enough to see how a wrong one is wrong.
        if i % 9 == 0 and answer.nbytes < 3000:
            job['bytes'] = answer.tobytes().hex()
        cases.append(job)
    (here / file).write_text('[\n' + ',\n'.join(map(json.dumps, cases)) + '\n]\n')


versions = {'numpy': np.__version__, f'Pillow {VERSION}': PIL.__version__}
pictures = {name: picture(i + 1, *shape) for i, (name, shape) in enumerate(PICTURES.items())}
write(f'pillow-{VERSION}.json', 'pillow', pictures)
if cv2:
    versions['opencv'] = cv2.__version__
    write('opencv.json', 'opencv', pictures)
    shapes = {name: dict(zip(['height', 'width', 'channels', 'bits'], shape)) for name, shape in PICTURES.items()}
    (here / 'pictures.json').write_text(json.dumps(shapes, indent=1) + '\n')
    for name, pixels in pictures.items():
        (here / f'{name}.z').write_bytes(zlib.compress(pixels.tobytes(), 9))
file = here / 'versions.json'
known = json.loads(file.read_text()) if file.exists() else {}
file.write_text(json.dumps({**known, **versions}, sort_keys=True) + '\n')
