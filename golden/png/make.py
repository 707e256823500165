"""Small pictures of every kind that encodePng writes, saved by Pillow: they check the reader inside png.test.ts."""
import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

here = Path(__file__).parent
rng = np.random.default_rng(5)
y, x = np.mgrid[0:19, 0:23]
smooth = (x * 7 + y * 5) % 256
pictures = {
    "gray": smooth.astype(np.uint8),
    "gray16": (smooth * 251 + rng.integers(0, 9, smooth.shape)).astype(np.uint16),
    "rgb": np.stack([smooth, smooth[::-1], rng.integers(0, 256, smooth.shape)], -1).astype(np.uint8),
    "rgba": np.stack([smooth, smooth[::-1], x, 255 - y], -1).astype(np.uint8),
    "palette": (x // 4 + y // 3).astype(np.uint8),
}
for name, pixels in pictures.items():
    image = Image.fromarray(pixels)
    if name == "palette":
        image.putpalette([(i * 37) % 256 for i in range(256 * 3)])
    image.save(here / f"{name}.png")
    np.save(here / f"{name}.npy", pixels)
(here / "versions.json").write_text(json.dumps({"Pillow": PIL.__version__, "numpy": np.__version__}) + "\n")
