"""Seeded pictures with what photographs have: smooth shading, edges, texture, grain; and the extremes that they lack."""
import cv2
import numpy as np


def octaves(rng, height, width, low, high):
    """Smooth noise: random grids of 2^low to 2^high cells a side, each with half of the amplitude of the one before."""
    total = np.zeros((height, width, 3), np.float32)
    for k in range(low, high):
        cells = rng.normal(0, 1, (2**k + 1, 2**k + 1, 3)).astype(np.float32)
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5 ** (k - low)
    return total


def photo(rng, height, width):
    """Shading of two lights, a dozen shapes of one colour each, fine texture in half of them, grain."""
    picture = 128 + 45 * octaves(rng, height, width, 1, 3)
    texture = octaves(rng, height, width, 5, 8).mean(-1, keepdims=True)
    for _ in range(12):
        shape = np.zeros((height, width), np.uint8)
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = tuple(int(a) for a in rng.integers(1, max(2, min(height, width) // 3), 2))
        cv2.ellipse(shape, centre, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
        inside = shape[..., None] / 255 * rng.uniform(0.3, 0.9)
        picture = picture * (1 - inside) + inside * (rng.uniform(0, 255, 3) + texture * rng.choice([0, 30]))
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def noise(rng, height, width):
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def extreme(rng, height, width):
    return (rng.integers(0, 2, (height, width, 3)) * 255).astype(np.uint8)


def flat(rng, height, width):
    return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)


def ramp(rng, height, width):
    y, x = np.mgrid[0:height, 0:width]
    slopes = rng.uniform(-2, 2, (3, 2))
    return np.stack([(128 + a * x + b * y) % 256 for a, b in slopes], -1).astype(np.uint8)


KINDS = [photo, noise, photo, ramp, photo, extreme, photo, flat]
