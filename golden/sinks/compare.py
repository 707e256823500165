"""Reads with Python what Millrace's sinks write, of random items and with random interruptions: every name and byte must be there, once and in order.

    .venv/bin/python golden/sinks/compare.py [runs=20] [seed=1]

Millrace runs from source (golden/sinks/compare.ts). Zips are read by zipfile and tested by `unzip -t`; tars by tarfile, and grouped into samples
as WebDataset does; arrays by NumPy; rows by pyarrow if it is there. Exits 1 when anything differs.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile

import numpy as np

try:
    import pyarrow.parquet as parquet
except ImportError:
    parquet = None

here = pathlib.Path(__file__).parent
letters = "ab.%ä中😀 -_~'\"=\n"


def part(rng, longest):
    while True:
        text = "".join(rng.choice(letters) for _ in range(rng.randint(1, rng.choice([3, 12, longest]))))
        if text not in (".", "..") and text[-1] not in ". \n" and text[0] not in " \n":
            return text


def items(rng):
    found, at, stems = [], 0, set()
    for _ in range(rng.randint(1, 300)):
        stem = "/".join(part(rng, 60) for _ in range(rng.randint(1, 3)))
        if any(stem == other or stem.startswith(other + "/") or other.startswith(stem + "/") for other in stems):
            continue
        stems.add(stem)
        files = {}
        for _ in range(rng.choice([0, 1, 1, 2, 5])):
            name = "/".join(part(rng, 40) for _ in range(rng.choice([1, 1, 1, 2])))
            files[name] = rng.choice([0, 1, 511, 512, 513, rng.randint(0, 3000), rng.randint(0, 60_000)])
        found.append({"stem": stem, "files": []})
        for name, size in files.items():
            found[-1]["files"].append({"name": name, "at": at, "size": size})
            at += size
    return found, rng.randbytes(at // 2) + bytes(at - at // 2)


def samples(shards):
    """As webdataset.tariterators.group_by_keys does with base_plus_ext."""
    key, sample = None, None
    for shard in shards:
        with tarfile.open(shard) as tar:
            for member in tar:
                assert member.mtime == 315532800, member.mtime
                prefix, field = re.match(r"^((?:.*/|)[^.]+)[.]([^/]*)$", member.name, re.S).groups()
                if prefix != key:
                    if sample is not None:
                        yield key, sample
                    key, sample = prefix, {}
                assert field not in sample, (key, field)
                sample[field] = tar.extractfile(member).read()
        # WebDataset takes no sample for continued in the next shard.
        if sample is not None:
            yield key, sample
        key, sample = None, None


def run(seed):
    rng = random.Random(seed)
    found, content = items(rng)
    expected = [(item["stem"], {file["name"]: content[file["at"] : file["at"] + file["size"]] for file in item["files"]}) for item in found]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "items.json").write_text(json.dumps(found))
        (folder / "content").write_bytes(content)
        subprocess.run(["node", "--import", "tsx", here / "compare.ts", folder, str(seed)], check=True, cwd=here.parent.parent)

        flat = [(f"{stem}/{name}", data) for stem, files in expected for name, data in files.items()]
        for file in ("stored.zip", "deflated.zip"):
            with zipfile.ZipFile(folder / file) as archive:
                assert [(info.filename, archive.read(info)) for info in archive.infolist()] == flat, file
                assert archive.testzip() is None
            if flat:
                subprocess.run(["unzip", "-tqq", folder / file], check=True)
        kept = [(stem, files) for stem, files in expected if files]
        for shards in ([folder / "one.tar"], sorted(folder.glob("shard-*.tar"))):
            read = [(urllib.parse.unquote(key), {urllib.parse.unquote(field): data for field, data in sample.items()}) for key, sample in samples(shards)]
            assert read == kept, [shard.name for shard in shards]
        assert {path.name for path in folder.iterdir() if ".partial" in path.name} == set()
        arrays = np.load(folder / "arrays.npz")
        for item in found[:50]:
            assert np.array_equal(arrays[item["stem"]], np.array([file["size"] / 7 for file in item["files"]]))
        if parquet:
            rows = parquet.read_table(folder / "rows.parquet").to_pylist()
            assert [(row["stem"], row["count"], json.loads(row["bytes"])) for row in rows] == [
                (item["stem"], len(item["files"]), [file["size"] for file in item["files"]]) for item in found
            ]
    return len(flat)


def main(runs=20, seed=1):
    total = sum(run(number) for number in range(seed, seed + runs))
    print(f"{runs} runs, {total} files, none differ" + ("" if parquet else "; pyarrow is absent, Parquet was not read"))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
