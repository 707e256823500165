"""The story's own code, run on a few sounds by the real librosa and matplotlib, for test/cli/story.test.ts.

    node dist/cli/main.js demo --out /tmp/demo --count 10    # then copy some of its sounds to golden/story/sounds
    .venv/bin/python golden/story/make.py

Of the demo's sounds there are yes, no, up and stop; the others are made here: stereo at 44.1 kHz, and half a second at 22.05 kHz. (Sounds of
less than 16 kHz show, above half of their rate, the rounding noise of the resampler, which only libsoxr itself repeats.)
Writes <name>.rgb.z (rows of RGB bytes of the 224 x 224 picture, a zlib stream) and <name>.db.npy (the decibels) for each.
"""

import io
import json
import zlib
from pathlib import Path

import librosa
import librosa.display
import matplotlib
import numpy as np
import soundfile

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

here = Path(__file__).parent
sounds = here / "sounds"


def glide(seconds, sr, low, high):
    t = np.arange(int(seconds * sr)) / sr
    phase = 2 * np.pi * np.cumsum(np.linspace(low, high, t.size)) / sr
    rng = np.random.default_rng(3)
    return 0.4 * np.sin(phase) + 0.2 * np.sin(2.01 * phase) + 0.003 * rng.standard_normal(t.size)


soundfile.write(sounds / "stereo44k.wav", np.stack([glide(0.8, 44100, 200, 7000), glide(0.8, 44100, 900, 300)], 1), 44100, "PCM_24")
soundfile.write(sounds / "half22k.wav", glide(0.5, 22050, 300, 9000), 22050, "PCM_16")


def gen_spec(file):
    clip, sample_rate = librosa.load(file)
    mel = librosa.feature.melspectrogram(
        y=clip, sr=sample_rate, n_fft=1024, hop_length=512, n_mels=128, power=1.0, fmin=20, fmax=8000
    )
    decibels = librosa.power_to_db(mel, ref=np.max)
    plt.figure(figsize=(2.24, 2.24), dpi=100)
    plt.axis("off")
    plt.axes([0.0, 0.0, 1.0, 1.0], frameon=False, xticks=[], yticks=[])
    librosa.display.specshow(decibels, x_axis="time", y_axis="mel")
    picture = io.BytesIO()
    plt.savefig(picture, bbox_inches=None, pad_inches=0, format="png")
    plt.close("all")
    return decibels, np.array(Image.open(picture).convert("RGB"))


for file in sorted(sounds.glob("*.wav")):
    decibels, pixels = gen_spec(file)
    assert pixels.shape == (224, 224, 3), pixels.shape
    np.save(here / f"{file.stem}.db.npy", decibels)
    (here / f"{file.stem}.rgb.z").write_bytes(zlib.compress(pixels.tobytes(), 9))

versions = {m.__name__: m.__version__ for m in (librosa, matplotlib, np, soundfile)}
(here / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")
