"""What torch's samplers and splits give where no random number decides, and what Python's csv reads."""
import csv
import io
import json
import platform
import random as chance
import warnings
from pathlib import Path

import torch
from torch.utils.data import BatchSampler, RandomSampler, SequentialSampler, random_split
from torch.utils.data.distributed import DistributedSampler

here = Path(__file__).parent
warnings.filterwarnings("ignore", "Length of split")

distributed = [
    {"length": n, "numReplicas": replicas, "dropLast": drop, "ranks": [
        list(DistributedSampler(range(n), replicas, rank, shuffle=False, drop_last=drop)) for rank in range(replicas)
    ]}
    for n in (1, 2, 3, 5, 8, 12, 17)
    for replicas in (1, 2, 3, 5, 7, 40)
    for drop in (False, True)
]
batches = [
    {"length": n, "batchSize": size, "dropLast": drop, "batches": list(sampler), "count": len(sampler)}
    for n in (0, 1, 4, 7, 9)
    for size in (1, 2, 3, 7, 10)
    for drop in (False, True)
    for sampler in [BatchSampler(SequentialSampler(range(n)), size, drop)]
]
random = [
    {"length": n, "replacement": replacement, "numSamples": count, "given": len(list(RandomSampler(range(n), replacement, count)))}
    for n in (1, 5, 8)
    for replacement in (False, True)
    for count in (None, 1, 4, 5, 8, 23)
]
fractions = [[1.0], [0.8, 0.2], [0.5, 0.5], [0.3, 0.3, 0.4], [0.7, 0.15, 0.15], [1 / 3, 1 / 3, 1 / 3], [0.25] * 4, [0.1] * 10, [0.29, 0.71], [0.0, 1.0], [0.999, 0.001]]
splits = [
    {"length": n, "lengths": lengths, "counts": [len(part) for part in random_split(range(n), lengths)]}
    for n in (1, 2, 7, 10, 30, 99, 100, 1001)
    for lengths in fractions
]
texts = [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r3,4", "a,b\n1,2", "a\n", "a", "a,\n,\n", '"a","b"\n"1","2"', 'a,b\n"x, y","z ""q"" z"\n',
    'a,b\n"two\nlines","three\r\n\r\nlines"\nlast,row\n', '""\n""\n', '"",""\n,""\n', '"""",""""""\n', 'a,b\n5" pipe,6"" x\n', ' a , b \n "x" , y\n',
    "\n\na,b\n\n1,2\n\r\n\n3,4\n\n", 'a\n"\r"\n"\n"\n', "n\u00e4me,\u65e5\u672c\n\u00fc,\U0001f600\n", "a,b,c\n1,2\n1,2,3,4\n", 'a,b\n"",\n',
]
chance.seed(4)
for _ in range(60):
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), lineterminator=chance.choice(["\n", "\r\n"]))
    columns = chance.randint(1, 4)
    for _ in range(chance.randint(1, 6)):
        writer.writerow("".join(chance.choices(['"', ",", "\n", "\r", "\r\n", "a", "b ", "\u00e9", "'"], k=chance.randint(0, 6))) for _ in range(columns))
    texts.append(out.getvalue())
tables = [{"text": text, "records": [row for row in csv.reader(io.StringIO(text, newline="")) if row]} for text in texts]
cases = {"csv": tables, "distributed": distributed, "batches": batches, "random": random, "splits": splits}
(here / "cases.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
(here / "versions.json").write_text(json.dumps({"python": platform.python_version(), "torch": torch.__version__}) + "\n")
