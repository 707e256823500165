"""Archives as Python's zipfile and tarfile write them, for the readers in src/sources, and what is in each."""
import io
import json
import platform
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

here = Path(__file__).parent
out = here / "files"
out.mkdir(exist_ok=True)

text = b"The mill wheel turns. " * 40
members = {
    "yes/0a7c2a8d.wav": bytes(range(256)) * 3,
    "no/empty.wav": b"",
    "top.txt": text,
    "für/ä 中 😀.json": b'{"a": 1}',
    "deep/" * 30 + "n" * 80 + ".bin": b"x" * 513,
    "exactly.bin": b"y" * 512,
}
cases = []


def listed(file, found=members):
    cases.append({"file": file, "members": [{"name": name, "size": len(data), "crc": zlib.crc32(data)} for name, data in found.items()]})


class Unseekable(io.RawIOBase):
    """What can only be written on gets data descriptors behind the members."""

    def __init__(self, target):
        self.target = target

    def writable(self):
        return True

    def write(self, data):
        return self.target.write(data)


def zipped(file, method=zipfile.ZIP_DEFLATED, stream=False, comment=b"", prefix=b"", force=False):
    with open(out / file, "wb") as raw:
        raw.write(prefix)
        with zipfile.ZipFile(Unseekable(raw) if stream else raw, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("yes/"), b"")
            for name, data in members.items():
                info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
                info.compress_type = method
                with archive.open(info, "w", force_zip64=force) as member:
                    member.write(data)
            archive.comment = comment
    listed(file)


zipped("stored.zip", zipfile.ZIP_STORED)
zipped("deflated.zip")
zipped("streamed.zip", stream=True)
zipped("comment.zip", comment=b"PK\x05\x06 in a comment " * 20)
zipped("zip64-fields.zip", force=True)
zipped("after-a-script.zip", prefix=b"#!/bin/sh\nexit 0\n")

with zipfile.ZipFile(out / "names.zip", "w") as archive:
    for name in ("CP437-\u00fc", "MAC-\u00fc"):
        archive.writestr(zipfile.ZipInfo(name.replace("\u00fc", "_")), b"n")
raw = bytearray((out / "names.zip").read_bytes())
raw = raw.replace(b"CP437-_", b"CP437-\x81").replace(b"MAC-_", b"MAC-_")
(out / "names.zip").write_bytes(raw)
listed("names.zip", {"CP437-ü": b"n", "MAC-_": b"n"})


def tarred(file, form, mode="w"):
    with open(out / file, "wb") as raw, tarfile.open(fileobj=raw, mode=mode, format=form, **({"compresslevel": 9} if mode == "w:gz" else {})) as archive:
        folder = tarfile.TarInfo("./yes")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in members.items():
            if form == tarfile.USTAR_FORMAT and len(name) > 200:
                continue
            info = tarfile.TarInfo("./" + name)
            info.size = len(data)
            info.mtime = 1715000000.5 if form == tarfile.PAX_FORMAT else 1715000000
            info.uname = "ü" if form == tarfile.PAX_FORMAT else "u"
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type = tarfile.SYMTYPE
        link.linkname = "l" * 150
        if form != tarfile.USTAR_FORMAT:
            archive.addfile(link)
        last = tarfile.TarInfo("last.txt")
        last.size = 4
        archive.addfile(last, io.BytesIO(b"last"))
    found = {name: data for name, data in members.items() if not (form == tarfile.USTAR_FORMAT and len(name) > 200)}
    listed(file, {**found, "last.txt": b"last"})


tarred("ustar.tar", tarfile.USTAR_FORMAT)
tarred("gnu.tar", tarfile.GNU_FORMAT)
tarred("pax.tar", tarfile.PAX_FORMAT)
tarred("pax.tar.gz", tarfile.PAX_FORMAT, "w:gz")

# A size in base 256, as GNU writes what octal digits do not hold.
gnu = bytearray((out / "gnu.tar").read_bytes())
at = gnu.index(b"./top.txt")
gnu[at + 124 : at + 136] = b"\x80" + len(text).to_bytes(11, "big")
gnu[at + 148 : at + 156] = b"        "
gnu[at + 148 : at + 156] = b"%06o\0 " % sum(gnu[at : at + 512])
(out / "base-256.tar").write_bytes(gnu)
listed("base-256.tar", {**members, "last.txt": b"last"})

# gzip keeps the time of its making.
packed = bytearray((out / "pax.tar.gz").read_bytes())
packed[4:8] = bytes(4)
(out / "pax.tar.gz").write_bytes(packed)

arrays = {"mel": np.arange(12, dtype=np.float32).reshape(3, 4) / 8, "label": np.array(7), "ünicode": np.array([True, False])}
np.savez(out / "numpy.npz", **arrays)
np.savez_compressed(out / "numpy-compressed.npz", **arrays, zeros=np.zeros(2000, np.uint8))

(here / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
(here / "versions.json").write_text(json.dumps({"python": platform.python_version(), "numpy": np.__version__}) + "\n")
