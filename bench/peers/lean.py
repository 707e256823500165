"""The story's picture as lean as Python allows: no librosa, no matplotlib, everything that can be made once made once.

    lean.py FOLDER OUT WORKERS rgb|palette     a PNG for each wav under FOLDER
    lean.py --compare A B                     how far the pictures of two folders are apart, in colours of magma

The transform is float32 (librosa's is float64), which never moves a picture by more than a level.
"""

import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

import json
import multiprocessing
from pathlib import Path

import numpy as np
import soundfile
import soxr
from PIL import Image

SR, FFT, HOP, BANDS, SIZE = 22050, 1024, 512, 128, 224


def hz_to_mel(f):
    f = np.asarray(f, float)
    return np.where(f < 1000, f * 3 / 200, 15 + np.log(np.maximum(f, 1000) / 1000) / (np.log(6.4) / 27))


def mel_to_hz(m):
    return np.where(m < 15, m * 200 / 3, 1000 * np.exp((m - 15) * (np.log(6.4) / 27)))


def mel_centres(count, low, high):
    return mel_to_hz(np.linspace(hz_to_mel(low), hz_to_mel(high), count))


def mel_bank():
    """Slaney's triangles of equal area, [bins, bands]; only the bins that any of them covers."""
    edges = mel_centres(BANDS + 2, 20, 8000)
    ramps = edges[:, None] - np.arange(FFT // 2 + 1) * SR / FFT
    width = np.diff(edges)[:, None]
    bank = np.maximum(0, np.minimum(-ramps[:-2] / width[:-1], ramps[2:] / width[1:])) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.ascontiguousarray(bank.T[: np.flatnonzero(bank.any(0)).max() + 1], np.float32)


def symlog(f):
    size = np.maximum(np.abs(f), 1000)
    return np.where(np.abs(f) <= 1000, f * 2.0, np.sign(f) * 1000 * (2 + np.log2(size / 1000)))


def cells(borders):
    """The cell that each pixel shows, from the low end."""
    places = np.floor((borders - borders[0]) / (borders[-1] - borders[0]) * SIZE + 0.5)
    return np.searchsorted(places, np.arange(SIZE), side="right") - 1


def midpoints(centres):
    half = np.diff(centres) / 2
    return np.concatenate([[centres[0] - half[0]], centres[:-1] + half, [centres[-1] + half[-1]]])


WINDOW = np.hanning(FFT + 1)[:-1].astype(np.float32)
BANK = mel_bank()
BORDERS = symlog(midpoints(mel_centres(BANDS, 0, SR / 2)))
# specshow's picture has high pitches on top: place from above, then read backwards.
ROWS = (BANDS - 1) - cells((BORDERS[-1] - BORDERS)[::-1])
COLUMNS = {}
LUT = np.frombuffer(bytes.fromhex((Path(__file__).parent / "magma.hex").read_text()), np.uint8).reshape(256, 3)
PALETTE = LUT.tobytes()


def tick_shades():
    """Of the pixels of column 0 that matplotlib's tick marks darken: the row, and how much of the level stays."""
    low, high = BORDERS[0], BORDERS[-1]
    shades = {}
    for mark in [0, 512, 1024, 2048, 4096, 8192]:
        centre = int(np.floor(SIZE + 0.5 - (symlog(np.float64(mark)) - low) / (high - low) * SIZE))
        for row, alpha in ((centre - 1, 7), (centre, 128), (centre + 1, 7)):
            if 0 <= row < SIZE:
                shades[row] = shades.get(row, 1) * (256 - alpha) * 255 / (65280 + alpha)
    return np.array(list(shades)), np.array(list(shades.values()))


TICK_ROWS, TICK_SHADES = tick_shades()


def indices(path):
    """The cells of the picture as numbers of colours, [bands, frames]."""
    y, sr = soundfile.read(path, dtype="float32")
    if y.ndim > 1:
        y = y.mean(1)
    y = soxr.resample(y, sr, SR, "HQ") if sr != SR else y
    frames = 1 + len(y) // HOP
    padded = np.zeros(len(y) + FFT, np.float32)
    padded[FFT // 2 : FFT // 2 + len(y)] = y
    windows = np.lib.stride_tricks.as_strided(padded, (frames, FFT), (HOP * 4, 4)) * WINDOW
    mel = np.abs(np.fft.rfft(windows)[:, : len(BANK)]) @ BANK
    db = np.log10(np.maximum(mel, 1e-10))
    db *= 10
    top = db.max()
    np.maximum(db, top - 80, out=db)
    low = db.min()
    return np.minimum((db.T - low) * (256 / max(top - low, 1e-12)), 255).astype(np.uint8)


def draw(path, target, kind):
    cell = indices(path)
    frames = cell.shape[1]
    columns = COLUMNS.get(frames)
    if columns is None:
        columns = COLUMNS[frames] = cells(midpoints(np.arange(frames, dtype=float)))
    if kind == "palette":
        # The tick marks need colours of their own; the leanest thing is to leave them out.
        image = Image.fromarray(cell.take(columns, 1).take(ROWS, 0))
        image.putpalette(PALETTE)
    else:
        pixels = LUT.take(cell, 0).take(columns, 1).take(ROWS, 0)
        pixels[TICK_ROWS, 0] = pixels[TICK_ROWS, 0] * TICK_SHADES[:, None]
        image = Image.fromarray(pixels)
    image.save(target, compress_level=1, compress_type=3)


def work(job):
    draw(*job)


def main(folder, out, workers, kind):
    jobs = []
    for path in sorted(Path(folder).rglob("*.wav")):
        target = Path(out, path.relative_to(folder)).with_suffix(".png")
        jobs.append((str(path), str(target), kind))
    for parent in {os.path.dirname(target) for _, target, _ in jobs}:
        os.makedirs(parent, exist_ok=True)
    with multiprocessing.get_context("fork").Pool(int(workers)) as pool:
        for _ in pool.imap_unordered(work, jobs, chunksize=16):
            pass


def compare(a, b):
    number = {tuple(colour): i for i, colour in enumerate(LUT.tolist())}
    worst, equal, pictures = 0, [], 0
    for path in sorted(Path(a).rglob("*.png")):
        x, y = (np.array(Image.open(p).convert("RGB"), int).reshape(-1, 3) for p in (path, Path(b, path.relative_to(a))))
        different = np.flatnonzero((x != y).any(1))
        for p, q in zip(x[different].tolist(), y[different].tolist()):
            levels = [number.get(tuple(colour)) for colour in (p, q)]
            if None in levels:  # a tick mark: 3 of 255 are what a colour of magma is away from the next
                apart = 1 if max(abs(i - j) for i, j in zip(p, q)) <= 3 else 255
            else:
                apart = abs(levels[0] - levels[1])
            worst = max(worst, apart)
        equal.append(1 - len(different) / len(x))
        pictures += 1
    print(json.dumps({"pictures": pictures, "worst": worst, "equal": float(np.mean(equal))}))


if __name__ == "__main__":
    compare(*sys.argv[2:]) if sys.argv[1] == "--compare" else main(*sys.argv[1:])
