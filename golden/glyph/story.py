"""The story's NumPy and OpenCV code, with its numbers as arguments."""
import cv2
import numpy as np


def bbox(img):
    rows = np.any(img, axis=1)
    cols = np.any(img, axis=0)
    rmin, rmax = np.where(rows)[0][[0, -1]]
    cmin, cmax = np.where(cols)[0][[0, -1]]
    return rmin, rmax, cmin, cmax


def crop_resize(img0, size=128, threshold=80, noise=28, inset=5, margin=(10, 13), pad=16):
    height, width = img0.shape
    my, mx = margin
    ymin, ymax, xmin, xmax = bbox(img0[inset : height - inset, inset : width - inset] > threshold)
    xmin = xmin - mx if (xmin > mx) else 0
    ymin = ymin - my if (ymin > my) else 0
    xmax = xmax + mx if (xmax < width - mx) else width
    ymax = ymax + my if (ymax < height - my) else height
    img = img0[ymin:ymax, xmin:xmax]
    if img.size == 0:
        raise IndexError('empty box')
    img[img < noise] = 0
    lx, ly = xmax - xmin, ymax - ymin
    l = max(lx, ly) + pad
    img = np.pad(img, [((l - ly) // 2,), ((l - lx) // 2,)], mode='constant')
    return cv2.resize(img, (size, size))


def glyph(pixels, invert=False, **options):
    """A picture of levels as they are in the file; None where the story's code fails."""
    data = 255 - pixels if invert else pixels
    if data.max() == 0:
        return None
    img = (data * (255.0 / data.max())).astype(np.uint8)
    try:
        return crop_resize(img, **options)
    except IndexError:
        return None


def strokes(rng, height=137, width=236, invert=True):
    """A picture as people draw it, sometimes faint, empty, at the edge or all noise."""
    ground = int(rng.integers(0, 40)) if rng.random() < 0.8 else 0
    img = np.full((height, width), ground, np.uint8)
    img += rng.integers(0, 1 + int(rng.integers(0, 12)), (height, width)).astype(np.uint8)
    middle, spread = rng.integers([0, 0], [width, height]), int(rng.integers(3, max(height, width)))
    for _ in range(int(rng.integers(0, 7))):
        points = (middle + rng.integers(-spread, spread + 1, (int(rng.integers(1, 8)), 2))).astype(np.int32)
        level = int(rng.integers(20, 256))
        cv2.polylines(img, [points.reshape(-1, 1, 2)], False, level, int(rng.integers(1, 7)), cv2.LINE_AA)
    if rng.random() < 0.1:
        img[:, [0, -1]] = 255
    if rng.random() < 0.1:
        img[[0, -1]] = 200
    return 255 - img if invert else img


def job(seed):
    """A picture and options: half of them the story's own."""
    rng = np.random.default_rng(seed)
    if seed % 2 == 0:
        return strokes(rng), {'invert': True}
    height, width, invert = int(rng.integers(12, 200)), int(rng.integers(12, 300)), bool(rng.integers(2))
    pixels = strokes(rng, height, width, invert)
    options = {
        'invert': invert,
        'size': int(rng.choice([1, 17, 32, 64, 100, 128, 150, 224])),
        'threshold': int(rng.integers(0, 255)),
        'noise': int(rng.integers(0, 120)),
        'inset': int(rng.integers(0, 6)),
        'margin': [int(rng.integers(0, 30)), int(rng.integers(0, 30))],
        'pad': int(rng.integers(0, 40)),
    }
    if rng.random() < 0.15:  # the box as large as the size, or twice that
        side = options['size'] * int(rng.integers(1, 3))
        if 12 <= side <= 200:
            pixels = strokes(rng, side, side, invert)
            options |= {'margin': [side, side], 'pad': 0}
    return pixels, options
