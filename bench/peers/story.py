"""The story's own code under fastcore.parallel, with the edits that librosa 0.11 needs (listed by bench/rows/story.mjs).

    story.py FOLDER OUT WORKERS
"""

import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

from pathlib import Path

import librosa
import librosa.display
import matplotlib
import numpy as np

matplotlib.use("Agg")
from fastcore.parallel import parallel
from matplotlib import pyplot as plt


def gen_spec(job):
    fname, dst = job
    y, sr = librosa.load(fname)
    S = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=1024, hop_length=512, n_mels=128, power=1.0, fmin=20, fmax=8000)
    plt.figure(figsize=(2.24, 2.24))
    plt.axis("off")
    plt.axes([0.0, 0.0, 1.0, 1.0], frameon=False, xticks=[], yticks=[])
    librosa.display.specshow(librosa.power_to_db(S, ref=np.max), y_axis="mel", x_axis="time")
    plt.savefig(dst, bbox_inches=None, pad_inches=0, dpi=100)
    plt.close()


if __name__ == "__main__":
    folder, out, workers = sys.argv[1:]
    jobs = []
    for path in sorted(Path(folder).rglob("*.wav")):
        target = Path(out, path.relative_to(folder)).with_suffix(".png")
        target.parent.mkdir(parents=True, exist_ok=True)
        jobs.append((path, target))
    parallel(gen_spec, jobs, n_workers=int(workers), progress=False)
