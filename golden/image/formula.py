"""A picture by formula, so that tests make the same without a file: level of row y, column x, channel c."""
import numpy as np
from PIL import Image


def picture(height, width, channels=3):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.uint64)
    hashed = ((x * 7 + y * 131 + c * 10007 + 1) * 2654435761) & 0xFFFFFFFF
    levels = ((x * 3 + y * 2 + c * 40) % 192 + (hashed >> 26)).astype(np.uint8)
    return Image.fromarray(levels if channels > 1 else levels[..., 0])
