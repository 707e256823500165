"""Bakes matplotlib's colour maps into src/audio/colormap-tables.ts, as Agg rounds them to bytes.

    .venv/bin/python golden/specshow/colormaps.py
"""

import base64
from pathlib import Path

import matplotlib
import numpy as np

names = ["coolwarm", "gray", "gray_r", "inferno", "magma", "viridis"]
lines = [
    f"// Made by golden/specshow/colormaps.py from matplotlib {matplotlib.__version__}; do not edit.",
    "",
    "/** Colour maps of 256 entries: their 768 bytes of RGB, row by row, in base64. */",
    "export const colormapTables = {",
]
for name in names:
    table = np.floor(matplotlib.colormaps[name](np.arange(256))[:, :3] * 255 + 0.5).astype(np.uint8)
    lines.append(f"  {name}:\n    '{base64.b64encode(table.tobytes()).decode()}',")
lines.append("} as const")
(Path(__file__).parents[2] / "src/audio/colormap-tables.ts").write_text("\n".join(lines) + "\n")
