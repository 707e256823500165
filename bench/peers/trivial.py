"""n * n over 10,000 numbers on 2 processes: multiprocessing.Pool, warm, with its default chunks, and fastcore with its defaults."""

import multiprocessing
import platform

import fastcore.basics
from fastcore.parallel import parallel
from serve import serve

numbers = list(range(10_000))


def square(n):
    return n * n


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        serve(
            {
                "pool": lambda: sum(pool.map(square, numbers)),
                "fastcore": lambda: sum(parallel(square, numbers, n_workers=2, progress=False)),
                # Its pool starts anew in each call, so that a call with 2 items tells what starting costs.
                "fastcore-start": lambda: sum(parallel(square, numbers[:2], n_workers=2, progress=False)),
            },
            Python=platform.python_version(),
            fastcore=__import__("fastcore").__version__,
        )
