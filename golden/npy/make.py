"""Arrays as np.save writes them, of each type and form that loadNpy reads, with their values as text."""
import json
from pathlib import Path

import numpy as np
from numpy.lib import format

here = Path(__file__).parent
types = {"float32": "<f4", "float64": "<f8", "uint8": "|u1", "int8": "|i1", "uint16": "<u2", "int16": "<i2",
         "int32": "<i4", "uint32": "<u4", "int64": "<i8", "uint64": "<u8", "bool": "|b1"}
cases = {}


def put(name, array, type_, version=None, plain=False):
    with open(here / f"{name}.npy", "wb") as f:
        format.write_array(f, array, version=version)
    cases[name] = {"type": type_, "dims": list(array.shape), "values": [str(v) for v in np.ascontiguousarray(array).ravel().tolist()], "plain": plain}


for type_, code in types.items():
    values = np.arange(6).reshape(2, 3)
    if type_.startswith("float"):
        array = values.astype(code) / 7 - 0.25
        array[0, 0], array[0, 1], array[1, 2] = np.inf, -0.0, np.nan
    elif type_ == "bool":
        array = values % 2 == 0
    else:
        info = np.iinfo(code)
        array = np.array([info.min, info.max, 0, 1, 2, 3], dtype=code).reshape(2, 3)
    put(type_, array.astype(code), type_, plain=True)
put("scalar", np.array(2.5, dtype="<f4"), "float32", plain=True)
put("empty", np.zeros((0, 3), dtype="<i2"), "int16", plain=True)
put("one-axis", np.arange(5, dtype="<i4"), "int32", plain=True)
put("five-axes", np.arange(48, dtype="|u1").reshape(1, 2, 3, 4, 2), "uint8", plain=True)
put("fortran", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)), "float32")
put("big-endian", np.array([[1.5, -2], [3, 1e300]], dtype=">f8"), "float64")
put("big-endian-int64", np.array([-1, 2**62], dtype=">i8"), "int64")
put("big-endian-fortran", np.asfortranarray(np.arange(6, dtype=">u2").reshape(2, 3) * 300), "uint16")
put("version-2", np.arange(4, dtype="<f4"), "float32", version=(2, 0))
put("version-3", np.arange(4, dtype="<f4"), "float32", version=(3, 0))
(here / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")

hostile = here / "refused"
hostile.mkdir(exist_ok=True)
np.save(hostile / "object.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(hostile / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")]))
np.save(hostile / "text.npy", np.array(["ab", "c"]))
np.save(hostile / "complex.npy", np.zeros(2, dtype="<c8"))
np.save(hostile / "date.npy", np.zeros(2, dtype="<M8[s]"))
np.save(hostile / "half.npy", np.zeros(2, dtype="<f2"))
(here / "versions.json").write_text(json.dumps({"numpy": np.__version__}) + "\n")
