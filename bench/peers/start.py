"""The first batch in a process that has done nothing else: milliseconds from the DataLoader's making, imports and paths apart.

    start.py WORKERS COUNT
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch.utils.data import DataLoader, Dataset


class Paths(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return self.paths[i]


if __name__ == "__main__":
    workers, count = map(int, sys.argv[1:])
    torch.set_num_threads(1)
    paths = [f"/data/train/n{i % 1000:08}/n{i % 1000:08}_{i}.JPEG" for i in range(count)]
    start = time.perf_counter()
    batches = iter(DataLoader(Paths(paths), batch_size=32, num_workers=workers))
    first = next(batches)
    ms = (time.perf_counter() - start) * 1e3
    if first != paths[:32]:
        raise SystemExit("wrong paths")
    print(ms)
