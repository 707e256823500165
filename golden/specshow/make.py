"""Pictures drawn by the real librosa and matplotlib, for src/audio/specshow.test.ts.

    .venv/bin/python golden/specshow/make.py

`picture` is the story's own code. Every case is written as `<name>.data.z` (the float32 or uint8 matrix) and `<name>.rgb.z`
(rows of RGB bytes), both zlib streams; `cases.json` lists shapes and options, `versions.json` the libraries.
"""

import io
import json
import zlib
from pathlib import Path

import librosa
import librosa.display
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

here = Path(__file__).parent


def picture(data, height, width, x_axis="time", y_axis="mel", **options):
    plt.figure(figsize=(width / 100, height / 100), dpi=100)
    plt.axis("off")
    plt.axes([0.0, 0.0, 1.0, 1.0], frameon=False, xticks=[], yticks=[])
    librosa.display.specshow(data, x_axis=x_axis, y_axis=y_axis, **options)
    file = io.BytesIO()
    plt.savefig(file, bbox_inches=None, pad_inches=0, format="png")
    plt.close("all")
    pixels = np.array(Image.open(file))
    assert pixels.shape == (height, width, 4) and (pixels[..., 3] == 255).all(), pixels.shape
    return pixels[..., :3]


def voice(seconds, sr=22050, seed=0):
    """A gliding harmonic tone with formant-like emphasis, pauses and a little noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * sr)) / sr
    pitch = 140 + 40 * np.sin(2 * np.pi * 1.3 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / sr
    y = sum(np.sin(k * phase) / k * (1 + np.cos(k + 3 * t)) for k in range(1, 24))
    y = y * np.clip(np.sin(2 * np.pi * 1.9 * t), 0, 1)
    return (0.1 * y + 0.001 * rng.standard_normal(t.size)).astype(np.float32)


def decibels(seconds=1.0, n_mels=128, sr=22050, seed=0, fmin=20, fmax=8000, **options):
    mel = librosa.feature.melspectrogram(
        y=voice(seconds, sr, seed), sr=sr, n_fft=1024, hop_length=512, n_mels=n_mels, power=1.0, fmin=fmin, fmax=fmax
    )
    return librosa.power_to_db(mel, **{"ref": np.max, **options})


noise = np.random.default_rng(1).standard_normal
story = decibels()
cases = {
    "story": (story, 224, 224, {}),
    "wide": (story, 128, 300, {}),
    "small": (story, 64, 64, {}),
    "odd": (decibels(seed=2), 225, 333, {}),
    "mels40": (decibels(n_mels=40), 224, 224, {}),
    "mels64": (decibels(n_mels=64), 224, 224, {}),
    "mels229": (decibels(n_mels=229), 224, 224, {}),
    "tall": (decibels(n_mels=229), 1000, 50, {}),
    "tiny": (story, 8, 8, {}),
    "frames2": (story[:, 20:22], 224, 224, {}),
    "frames64": (decibels(seconds=1.48), 224, 224, {}),
    "seconds30": (decibels(seconds=30), 224, 224, {}),
    "frames1": (story[:, 20:21], 224, 224, {}),
    "mels1": (story[40:41], 224, 224, {}),
    "mels2": (story[40:42], 224, 224, {}),
    "mels3": (story[40:43], 100, 100, {}),
    "equal": (np.full((128, 44), -80, np.float32), 224, 224, {}),
    "crossing": (decibels(ref=1.0, top_db=None) + 30, 224, 224, {}),
    "robust": (np.where(noise((128, 44)) > 3, 1, -noise((128, 44)) ** 2).astype(np.float32), 224, 224, {}),
    "edge": (np.where(np.arange(1000).reshape(20, 50) < 21, -1, 1).astype(np.float32), 100, 100, {}),
    "positive": (np.abs(noise((20, 30))).astype(np.float32), 224, 224, {}),
    "bool": (noise((32, 20)) > 0, 224, 224, {}),
    "bool_true": (np.ones((32, 20), bool), 64, 64, {}),
    "sr16000": (decibels(sr=16000), 224, 224, {"sr": 16000, "fmin": 20, "fmax": 8000}),
    "sr44100": (decibels(sr=44100, fmax=None), 224, 224, {"sr": 44100, "hop_length": 256}),
    "fmin300": (decibels(fmin=300, fmax=3400), 224, 224, {"fmin": 300, "fmax": 3400}),
    "fmin2000": (decibels(fmin=2000, fmax=8000), 224, 224, {"fmin": 2000, "fmax": 8000}),
    "linear": (decibels(fmax=900), 224, 224, {"fmax": 900}),
    "ultrasound": (decibels(), 300, 224, {"sr": 384000}),
    "htk": (story, 224, 224, {"htk": True, "fmax": 8000}),
    "no_axes": (story, 224, 224, {"x_axis": None, "y_axis": None}),
    "no_y": (story, 128, 128, {"y_axis": None}),
    # Borders of cells that fall on the middle of a pixel, up to rounding.
    "tie_y": (noise((26, 54)).astype(np.float32), 211, 140, {"sr": 11025, "fmax": 900}),
    "tie_x": (noise((40, 448)).astype(np.float32), 38, 58, {"sr": 192000, "htk": True}),
    "tie_height": (noise((64, 8)).astype(np.float32), 226, 36, {"sr": 32000, "hop_length": 498, "fmin": 300, "fmax": 900}),
    "vmin_vmax": (story, 100, 100, {"vmin": -60.0, "vmax": -7.5}),
    **{name: (story, 64, 64, {"cmap": name}) for name in ("magma", "viridis", "inferno", "gray", "gray_r", "coolwarm")},
}

listing = []
for name, (data, height, width, options) in cases.items():
    pixels = picture(data, height, width, **options)
    data = np.ascontiguousarray(data)
    kind = "bool" if data.dtype == bool else "float32"
    assert data.dtype == kind, data.dtype
    (here / f"{name}.data.z").write_bytes(zlib.compress(data.tobytes(), 9))
    (here / f"{name}.rgb.z").write_bytes(zlib.compress(pixels.tobytes(), 9))
    listing.append({"name": name, "type": kind, "dims": list(data.shape), "size": [height, width], "options": options})

(here / "cases.json").write_text(json.dumps(listing, indent=1) + "\n")
(here / "versions.json").write_text(
    json.dumps({m.__name__: m.__version__ for m in (librosa, matplotlib, np)}, indent=1) + "\n"
)
