"""Decoding by Pillow and OpenCV, resizing by Pillow, on one core.

    images.py FOLDER     every FOLDER/KIND/*.jpg

A hash is of all pixels of all pictures, RGB.
"""

import hashlib
import io
import sys
from collections import deque
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from serve import serve

AS_STORED = cv2.IMREAD_IGNORE_ORIENTATION  # as Pillow and ours: EXIF is not looked for
RESIZES = {
    "bilinear": ((224, 224), Image.Resampling.BILINEAR),
    "lanczos": ((224, 224), Image.Resampling.LANCZOS),
    "bicubic": ((1280, 960), Image.Resampling.BICUBIC),
}


def pillow(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def opencv(flags):
    return lambda data: cv2.imdecode(np.frombuffer(data, np.uint8), flags | AS_STORED)


def each(function, items):
    """Keeps no result, as the other side doesn't."""

    def run():
        deque(map(function, items), maxlen=0)
        return len(items)

    return run


held = []


def kept(function, items):
    """Keeps every result until the next turn: each is made in fresh memory."""

    def run():
        held[:] = map(function, items)
        return len(held)

    return run


def hashed(function, items):
    def run():
        total = hashlib.sha256()
        for item in items:
            total.update(np.ascontiguousarray(function(item)))
        return total.hexdigest()

    return run


def main(folder):
    cv2.setNumThreads(1)
    runs = {}
    for kind in Path(folder).iterdir():
        files = [path.read_bytes() for path in sorted(kind.iterdir())]
        runs[f"{kind.name} pillow"] = each(pillow, files)
        runs[f"{kind.name} opencv-bgr"] = each(opencv(cv2.IMREAD_COLOR_BGR), files)
        runs[f"{kind.name} opencv-rgb"] = each(opencv(cv2.IMREAD_COLOR_RGB), files)
        runs[f"{kind.name} pillow kept"] = kept(pillow, files)
        runs[f"{kind.name} opencv kept"] = kept(opencv(cv2.IMREAD_COLOR_BGR), files)
        runs[f"{kind.name} pillow hash"] = hashed(pillow, files)
        runs[f"{kind.name} opencv hash"] = hashed(opencv(cv2.IMREAD_COLOR_RGB), files)
        images = [pillow(data) for data in files[:10]] if kind.name == "q90" else []
        for name, (size, resample) in RESIZES.items() if images else ():
            resize = lambda image, size=size, resample=resample: image.resize(size, resample)
            runs[f"resize {name}"] = each(resize, images)
            runs[f"resize {name} hash"] = hashed(resize, images)
    serve(runs)


if __name__ == "__main__":
    main(*sys.argv[1:])
