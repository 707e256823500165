"""What a DataLoader itself costs: torch's on integers and on arrays, joblib on arrays. A run is an epoch; workers stay for the next.

    loaders.py INTEGERS_1 INTEGERS_32 INTEGERS_256 ARRAYS     samples an epoch: integers by batch size, arrays
"""

import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"

import joblib
import numpy as np
import torch
from serve import serve
from torch.utils.data import DataLoader, Dataset

FLOATS, BYTES, BATCH = 16_384, 150_000, 32


class Integers(Dataset):
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        return i


class IntegersAtOnce(Integers):
    """A whole batch in one call, which is torch's quickest way."""

    def __getitems__(self, indices):
        return indices


class Filled(Integers):
    def __init__(self, length, size, dtype):
        super().__init__(length)
        self.size, self.dtype = size, dtype

    def __getitem__(self, i):
        return torch.full((self.size,), i & 255, dtype=self.dtype)


def filled(i):
    return np.full(BYTES, i & 255, np.uint8)


def touch(array):
    """The consumer reads a number of each 4 KB page."""
    return int(array[..., :: 4096 // array.itemsize].sum(dtype=np.float64))


def count(loader):
    return lambda: sum(len(batch) for batch in loader)


def total(loader):
    return lambda: sum(int(batch.sum()) for batch in loader)


def touched(loader):
    return lambda: sum(touch(batch.numpy()) for batch in loader)


def main(integers, arrays):
    torch.set_num_threads(1)
    runs = {}
    for batch_size, length in integers.items():
        loader = DataLoader(Integers(length), batch_size=batch_size, num_workers=2, persistent_workers=True)
        best = DataLoader(IntegersAtOnce(length), batch_size=batch_size, num_workers=0)
        runs |= {
            f"integers-{batch_size}": count(loader),
            f"integers-{batch_size} sum": total(loader),
            f"best-{batch_size}": count(best),
            f"best-{batch_size} sum": total(best),
        }
    for name, size, dtype in (("float32", FLOATS, torch.float32), ("uint8", BYTES, torch.uint8)):
        loader = DataLoader(Filled(arrays, size, dtype), batch_size=BATCH, num_workers=2, persistent_workers=True)
        runs[name] = touched(loader)
    loky = joblib.Parallel(n_jobs=2, return_as="generator")
    runs["joblib"] = lambda: sum(map(touch, loky(joblib.delayed(filled)(i) for i in range(arrays))))
    serve(runs)


if __name__ == "__main__":
    *lengths, arrays = map(int, sys.argv[1:])
    main(dict(zip((1, 32, 256), lengths)), arrays)
