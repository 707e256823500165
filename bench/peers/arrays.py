"""1,000 fresh uint8 arrays of 150 KB, made by 2 workers and read by the consumer: one byte of each 4 KB page, summed."""

import importlib.metadata
import multiprocessing
import os
from multiprocessing.shared_memory import SharedMemory

os.environ["OMP_NUM_THREADS"] = "1"

import joblib
import numpy as np
import torch
from fastcore.parallel import parallel
from serve import serve

COUNT, SIZE = 1000, 150_000


def filled(i):
    return np.full(SIZE, i & 255, np.uint8)


def touch(array):
    return int(array[::4096].sum(dtype=np.int64))


class Filled(torch.utils.data.Dataset):
    def __len__(self):
        return COUNT

    def __getitem__(self, i):
        return torch.full((SIZE,), i & 255, dtype=torch.uint8)


def loader(batch_size):
    """Workers stay for the next epoch, as in training."""
    batches = torch.utils.data.DataLoader(Filled(), batch_size=batch_size, num_workers=2, persistent_workers=True)
    return lambda: sum(touch(sample.numpy()) for batch in batches for sample in batch)


# Shared memory by hand: a block with a place for every result; only indices travel. `kept` is one block for all runs, made
# before the workers fork: as fast as it gets, but a run overwrites the results of the one before. `fresh` is a block a run, whose
# results stay the consumer's own as long as it wants them.
kept = SharedMemory(create=True, size=COUNT * SIZE)
places = {kept.name: np.ndarray((COUNT, SIZE), np.uint8, kept.buf)}
attached = {}


def put(job):
    name, i = job
    if name not in places:
        places.clear()
        attached["block"] = SharedMemory(name=name)
        places[name] = np.ndarray((COUNT, SIZE), np.uint8, attached["block"].buf)
    places[name][i] = filled(i)
    return i


def read_all(block, rows):
    return sum(touch(rows[i]) for i in pool.imap(put, ((block.name, i) for i in range(COUNT)), chunksize=16))


def fresh():
    block = SharedMemory(create=True, size=COUNT * SIZE)
    rows = np.ndarray((COUNT, SIZE), np.uint8, block.buf)
    total = read_all(block, rows)
    del rows
    block.close()
    block.unlink()
    return total


if __name__ == "__main__":
    torch.set_num_threads(1)
    pool = multiprocessing.get_context("fork").Pool(2)
    loky = joblib.Parallel(n_jobs=2, return_as="generator")
    threads = joblib.Parallel(n_jobs=2, return_as="generator", prefer="threads")
    jobs = lambda: (joblib.delayed(filled)(i) for i in range(COUNT))
    try:
        serve(
            {
                "torch-1": loader(1),
                "torch-32": loader(32),
                "joblib-loky": lambda: sum(map(touch, loky(jobs()))),
                "joblib-threads": lambda: sum(map(touch, threads(jobs()))),
                "fastcore": lambda: sum(map(touch, parallel(filled, range(COUNT), n_workers=2, progress=False))),
                "fastcore-start": lambda: sum(map(touch, parallel(filled, range(2), n_workers=2, progress=False))),
                "shared-memory": fresh,
                "shared-memory-kept": lambda: read_all(kept, places[kept.name]),
            },
            **{name: importlib.metadata.version(name) for name in ("torch", "joblib", "fastcore", "numpy")},
        )
    finally:
        pool.terminate()
        places.clear()
        kept.close()
        kept.unlink()
