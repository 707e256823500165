"""Pictures like photos: shading, shapes with sharp edges, texture, a little noise. The same ones for the same arguments.

    photos.py FOLDER COUNT KIND...     FOLDER/KIND/0000.jpg ...; of kinds of one size the pictures are the same
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SMALL, LARGE = (640, 480), (4000, 3000)
KINDS = {
    "q90": (SMALL, {"quality": 90, "subsampling": "4:2:0"}),
    "q75": (SMALL, {"quality": 75, "subsampling": "4:2:0"}),
    "full": (SMALL, {"quality": 90, "subsampling": "4:4:4"}),
    "progressive": (SMALL, {"quality": 90, "subsampling": "4:2:0", "progressive": True}),
    "large": (LARGE, {"quality": 90, "subsampling": "4:2:0"}),
}


def waves(rng, size, cell, channels):
    """Random levels `cell` pixels apart, smoothly joined: mean 0, deviation about 1."""
    width, height = size
    grid = rng.standard_normal((channels, height // cell + 3, width // cell + 3)).astype(np.float32)
    box = (1, 1, 1 + width / cell, 1 + height / cell)
    return np.stack([np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC, box)) for plane in grid], -1)


def shapes(rng, size, count):
    """Ellipses and polygons of random colours, with smooth edges."""
    width, height = size
    image = Image.new("RGB", (2 * width, 2 * height), tuple(rng.integers(60, 200, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = rng.uniform(0, 2 * width), rng.uniform(0, 2 * height)
        reach = height * np.exp(rng.uniform(-3, 0))
        colour = tuple(rng.integers(20, 236, 3).tolist())
        if rng.random() < 0.5:
            a, b = reach * rng.uniform(0.3, 1, 2)
            draw.ellipse((x - a, y - b, x + a, y + b), colour)
        else:
            angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
            draw.polygon([(x + reach * np.cos(angle), y + reach * np.sin(angle)) for angle in angles], colour)
    return np.asarray(image.reduce(2), np.float32)


def photo(rng, size):
    pixels = shapes(rng, size, 25)
    pixels += 15 * waves(rng, size, size[1] // 3, 3)
    # Texture lies in some places and not in others.
    where = np.clip(0.5 + waves(rng, size, size[1] // 4, 1), 0, 2)
    for cell, strength in ((32, 8), (12, 6), (5, 5), (2, 4)):
        pixels += strength * where * waves(rng, size, cell, 1)
    pixels += rng.normal(0, 1.5, (*pixels.shape[:2], 1))
    return Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8))


def main(folder, count, *kinds):
    for kind in kinds:
        Path(folder, kind).mkdir(parents=True, exist_ok=True)
    for i in range(int(count)):
        pictures = {}
        for kind in kinds:
            size, options = KINDS[kind]
            if size not in pictures:
                pictures[size] = photo(np.random.default_rng(i), size)
            pictures[size].save(Path(folder, kind, f"{i:04}.jpg"), **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
