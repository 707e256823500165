"""What Pillow and OpenCV make of a picture, and the jobs that compare.py and make.py give them."""
import random

import numpy as np
import PIL
from PIL import Image

try:
    import cv2
except ImportError:  # Where only an older Pillow is asked.
    cv2 = None


PILLOW = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos']
OPENCV = ['nearest', 'linear', 'area']
VERSION = int(PIL.__version__.split('.')[0])


def picture(seed, height, width, channels, bits=8):
    """Noise, full of extremes in every third picture; alpha with many zeros. Shape [height, width] or [height, width, channels]."""
    rng = np.random.default_rng(seed)
    top = 2**bits
    pixels = rng.integers(0, top, (height, width, channels), np.uint16 if bits == 16 else np.uint8)
    if seed % 3 == 0:
        pixels = (pixels & (top >> 1)) // (top >> 1) * np.array(top - 1, pixels.dtype)
    if channels == 4 and seed % 2 == 0:
        pixels[..., 3] *= rng.integers(0, 2, (height, width), np.uint8)
    return pixels[..., 0] if channels == 1 else pixels


def expected(pixels, size, options):
    """The peer's answer for resample's options."""
    height, width = size
    name = options['filter']
    if options.get('like') == 'opencv':
        return cv2.resize(pixels, (width, height), interpolation=getattr(cv2, 'INTER_' + name.upper()))
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((width, height), Image.Resampling[name.upper()], options.get('box')))


def side(rng):
    """1, small, or usual: long sides are rare, or a run would take minutes."""
    kind = rng.random()
    return 1 if kind < 0.06 else rng.randint(2, 24) if kind < 0.4 else rng.randint(25, 160) if kind < 0.97 else rng.randint(161, 900)


def resized(rng, length):
    """Another side: any, a whole part, a multiple, nearly the same, the same."""
    kind = rng.random()
    if kind < 0.6:
        return side(rng)
    if kind < 0.75:
        return max(1, length // rng.randint(2, 9))
    if kind < 0.85:
        return min(900, length * rng.randint(2, 4))
    return max(1, length + rng.randint(-2, 2)) if kind < 0.95 else length


def job(seed):
    """A random picture's shape, what it becomes, and how."""
    rng = random.Random(seed)
    height, width = side(rng), side(rng)
    size = resized(rng, height), resized(rng, width)
    if rng.random() < 0.15:
        # A whole multiple of both sides, for the mean over whole pixels.
        height, width = size[0] * rng.randint(1, 5), size[1] * rng.randint(1, 5)
    if rng.random() < 0.35 and cv2:
        options = {'like': 'opencv', 'filter': rng.choice(OPENCV)}
        return dict(height=height, width=width, channels=rng.choice([1, 3, 4]), bits=8, size=size, options=options)
    options = {'filter': rng.choice(PILLOW), 'pillow': VERSION}
    kind = rng.random()
    if kind < 0.2:
        x, y = sorted(rng.uniform(0, width) for _ in range(2)), sorted(rng.uniform(0, height) for _ in range(2))
        options['box'] = x[0], y[0], x[1], y[1]
    elif kind < 0.35:
        x, y = sorted(rng.randint(0, width) for _ in range(2)), sorted(rng.randint(0, height) for _ in range(2))
        options['box'] = x[0], y[0], x[1], y[1]
        if rng.random() < 0.3:
            size = max(1, y[1] - y[0]), max(1, x[1] - x[0])
    bits = 16 if rng.random() < 0.1 else 8
    return dict(height=height, width=width, channels=1 if bits == 16 else rng.choice([1, 3, 4]), bits=bits, size=size, options=options)
