"""Clips as Python's wave module and soundfile cut them (cases.json): of the sounds of golden/load, and of small ones of our own (files/)."""
import hashlib
import io
import json
import pathlib
import platform
import struct
import wave

import numpy as np
import soundfile as sf

here = pathlib.Path(__file__).parent
files = here / 'files'
files.mkdir(exist_ok=True)
cases = []


def bounds(frames, length, overlap, last):
    """By the formula: full clips first, then the rest if it holds anything new."""
    hop = length - overlap
    full = (frames - length) // hop + 1 if frames >= length else 0
    clips = [(i * hop, i * hop + length) for i in range(full)]
    end = clips[-1][1] if clips else 0
    if end < frames and last == 'keep':
        clips.append((full * hop, frames))
    return clips


def cut_with_wave(path, clips):
    """Whole files: header and samples as Python writes them, and the byte that makes a chunk's length even, which Python leaves out."""
    out = []
    with wave.open(str(path), 'rb') as source:
        for start, stop in clips:
            source.setpos(start)
            buffer = io.BytesIO()
            with wave.open(buffer, 'wb') as clip:
                clip.setparams(source.getparams())
                clip.writeframes(source.readframes(stop - start))
            data = bytearray(buffer.getvalue())
            if len(data) % 2:
                data += b'\0'
                data[4:8] = struct.pack('<I', len(data) - 8)
            out.append(bytes(data))
    return out


for width in 1, 2, 3, 4:
    for channels in 1, 2, 3:
        frames, sr = 101 + 2 * width + channels, 8000
        rng = np.random.default_rng([width, channels])
        name = f'pcm{8 * width}-{channels}.wav'
        with wave.open(str(files / name), 'wb') as out:
            out.setparams((channels, width, sr, frames, 'NONE', ''))
            out.writeframes(rng.integers(0, 256, frames * channels * width, np.uint8).tobytes())
        for length, overlap, last in (25, 0, 'keep'), (25, 0, 'drop'), (25, 7, 'keep'), (1, 0, 'keep'), (40, 39, 'drop'), (500, 0, 'keep'):
            clips = bounds(frames, length, overlap, last)
            cases.append({
                'file': f'split/files/{name}', 'seconds': length / sr, 'overlap': overlap / sr, 'last': last, 'clips': clips,
                'sha256': [hashlib.sha256(clip).hexdigest() for clip in cut_with_wave(files / name, clips)],
            })

# Encodings that Python's wave does not know: the samples of each clip, as float64 (exact for all of them).
for path in sorted((here.parent / 'load/files').glob('*.wav')):
    if not path.name.startswith(('alaw', 'ulaw', 'float', 'double', 'wavex', 'rf64', 'chunks')):
        continue
    info = sf.info(path)
    clips = bounds(info.frames, 40, 7, 'keep')
    samples = [sf.read(path, start=start, stop=stop, dtype='float64', always_2d=True)[0] for start, stop in clips]
    cases.append({
        'file': f'load/files/{path.name}', 'seconds': 40 / info.samplerate, 'overlap': 7 / info.samplerate, 'last': 'keep', 'clips': clips,
        'samples': [hashlib.sha256(np.ascontiguousarray(y.T, '<f4').tobytes()).hexdigest() for y in samples],
        'subtype': info.subtype,
    })

lines = ',\n'.join(json.dumps(case) for case in cases)
(here / 'cases.json').write_text(f'[\n{lines}\n]\n')
(here / 'versions.json').write_text(json.dumps({'python': platform.python_version(), 'soundfile': sf.__version__, 'numpy': np.__version__}) + '\n')
