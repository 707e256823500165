"""JPEG files to normalised tensors by Pillow and torch, as torchvision does it, in batches of 32.

    pictures.py WORKERS FILE_WITH_PATHS     a run is an epoch; its check a hash of every tensor, or how many there were
"""

import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"

import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from serve import serve
from torch.utils.data import DataLoader, Dataset

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


class Pictures(Dataset):
    def __init__(self, files):
        self.files = files

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        with Image.open(self.files[i]) as image:
            small = image.resize((224, 224), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(small)).permute(2, 0, 1).contiguous()
        return pixels.to(torch.float32).div_(255).sub_(MEAN).div_(STD)


def main(workers, list_of_files):
    torch.set_num_threads(1)
    files = Path(list_of_files).read_text().splitlines()
    loader = DataLoader(Pictures(files), batch_size=32, num_workers=int(workers), persistent_workers=True)

    def hashed():
        sums = hashlib.sha256()
        for batch in loader:
            sums.update(batch.numpy())
        return sums.hexdigest()

    serve({"epoch": lambda: sum(len(batch) for batch in loader), "hash": hashed})


if __name__ == "__main__":
    main(*sys.argv[1:])
