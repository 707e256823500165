"""Writes sound files (files/), what soundfile and librosa read from them (expected.f32, end to end) and cases.json."""
import json
import pathlib
import shutil
import struct
import warnings

import librosa
import numpy as np
import soundfile as sf

warnings.simplefilter('error', UserWarning)
here = pathlib.Path(__file__).parent
files = here / 'files'
cases, expected = [], []


def sound(frames, channels=1, sr=16000, seed=0):
    """A chirp and noise, other in every channel; the first samples are extreme."""
    rng = np.random.default_rng([seed, frames, channels])
    t = np.arange(frames)[:, None] / sr
    c = np.arange(channels)
    x = .6 * np.sin(2 * np.pi * (200 + 150 * c) * t * (1 + t)) + .1 * rng.standard_normal((frames, channels))
    x[:8] = np.array([1.5, 1, -1, -1.5, 2**-16, -(2**-16), 0, 1 - 2**-24])[:frames, None]
    return x.astype(np.float32)


def write(name, x, sr, **options):
    """soundfile.write without what changes from run to run: the time in a PEAK chunk, the serial number of an Ogg stream."""
    sf.write(files / name, x, sr, **options)
    data = bytearray((files / name).read_bytes())
    peak = data.find(b'PEAK', 0, 100)
    if peak > 0:
        data[peak + 12:peak + 16] = bytes(4)
    at = 0
    while data[at:at + 4] == b'OggS':
        segments = data[at + 26]
        end = at + 27 + segments + sum(data[at + 27:at + 27 + segments])
        data[at + 14:at + 18] = struct.pack('<I', 1)
        data[at + 22:at + 26] = bytes(4)
        data[at + 22:at + 26] = struct.pack('<I', ogg_crc(data[at:end]))
        at = end
    (files / name).write_bytes(data)


def ogg_crc(page):
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04c11db7 if crc & 0x80000000 else 0)) & 0xffffffff
    return crc


def case(kind, file, y, sr, **more):
    """y: (frames,) or (channels, frames)."""
    cases.append({'kind': kind, 'file': file, 'sr': sr, 'shape': list(y.shape), **more})
    expected.append(np.ascontiguousarray(y, np.float32).ravel())


def decode(name, **more):
    y, sr = sf.read(files / name, dtype='float32', always_2d=True)
    case('decodeWav', name, y.T, sr, subtype=sf.info(files / name).subtype, **more)


def wavs():
    for subtype in ('PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE', 'ALAW', 'ULAW'):
        for channels in (1, 2):
            name = f'{subtype.lower()}-{channels}.wav'
            write(name, sound(101, channels), 16000, subtype=subtype)
            decode(name)
    for channels in (3, 6, 7):
        write(f'wavex-{channels}.wav', sound(60, channels), 48000, subtype='PCM_24', format='WAVEX')
        decode(f'wavex-{channels}.wav')
    write('rf64.wav', sound(60, 2), 44100, subtype='PCM_16', format='RF64')
    decode('rf64.wav')
    # Unknown chunks of odd size before the samples, others after them, a byte more than whole frames.
    plain = (files / 'pcm_16-2.wav').read_bytes()
    odd = b'junk' + struct.pack('<I', 3) + b'abc\0'
    data = plain[44:] + b'\x01'
    body = plain[8:36] + odd + b'data' + struct.pack('<I', len(data)) + data + b'\0' + b'LIST' + struct.pack('<I', 4) + b'INFO'
    (files / 'chunks.wav').write_bytes(b'RIFF' + struct.pack('<I', len(body)) + body)
    decode('chunks.wav')
    # As ffmpeg leaves it when it writes to a pipe.
    (files / 'streamed.wav').write_bytes(plain[:4] + b'\xff' * 4 + plain[8:40] + b'\xff' * 4 + plain[44:])
    decode('streamed.wav')
    # G.711, every code.
    for tag, subtype in ((6, 'alaw'), (7, 'ulaw')):
        fmt = struct.pack('<HHIIHH', tag, 1, 8000, 8000, 1, 8)
        body = b'WAVEfmt ' + struct.pack('<I', 16) + fmt + b'data' + struct.pack('<I', 256) + bytes(range(256))
        (files / f'{subtype}-codes.wav').write_bytes(b'RIFF' + struct.pack('<I', len(body)) + body)
        decode(f'{subtype}-codes.wav')


def encodes():
    """Floats that round, clip or tie, and the files that soundfile makes of them."""
    rng = np.random.default_rng(3)
    steps = (np.arange(-40, 40) / 4 / 2**15).astype(np.float32)
    tiny = np.float32([1e-20, -1e-20, 2**-32, -(2**-32), 3 * 2**-33, -3 * 2**-33, -0.0])
    x = np.concatenate([sound(50)[:, 0], steps, steps + np.float32(.3), tiny, rng.uniform(-1.1, 1.1, 300).astype(np.float32)])
    x = x[:len(x) // 2 * 2 - 1]
    for subtype in ('PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE'):
        for channels in (1, 2):
            y = x if channels == 1 else np.stack([x, -x], 1)
            name = f'encoded-{subtype.lower()}-{channels}.wav'
            write(name, y, 22050, subtype=subtype)
            case('encodeWav', name, y.T, 22050, subtype=subtype)


def loads():
    def load(name, **options):
        y, sr = librosa.load(files / name, **options)
        case('load', name, y if options.get('mono', True) else np.atleast_2d(y), sr, options=options)

    sources = [
        ('16k.wav', 16000, 1, {}), ('44k-stereo.wav', 44100, 2, {}), ('22k.wav', 22050, 1, {}), ('48k-6.wav', 48000, 6, {'subtype': 'FLOAT'}),
        ('24k-7.wav', 24000, 7, {'subtype': 'PCM_24'}),
        ('16k.flac', 16000, 1, {}), ('44k-stereo-24.flac', 44100, 2, {'subtype': 'PCM_24'}), ('48k-3.flac', 48000, 3, {}),
        ('22k.flac', 22050, 1, {'subtype': 'PCM_S8'}),
        ('16k.mp3', 16000, 1, {}), ('44k-stereo.mp3', 44100, 2, {}),
        ('16k.ogg', 16000, 1, {}), ('44k-stereo.ogg', 44100, 2, {}), ('48k-stereo.opus', 48000, 2, {'format': 'OGG', 'subtype': 'OPUS'}),
        ('16k.opus', 16000, 1, {'format': 'OGG', 'subtype': 'OPUS'}), ('48k-6.opus', 48000, 6, {'format': 'OGG', 'subtype': 'OPUS'}),
        ('24k-6.ogg', 24000, 6, {}),
    ]
    for i, (name, sr, channels, options) in enumerate(sources):
        # Lossy encoders get room above the peaks.
        level = np.float32(1 if name.endswith(('wav', 'flac')) else .6)
        write(name, sound(int(.2 * sr), channels, sr, i) * level, sr, **options)
        load(name, sr=None, mono=False)
        load(name, sr=None)
    for name in ('16k.wav', '44k-stereo.wav', '22k.wav', '48k-6.wav', '16k.flac', '44k-stereo.ogg'):
        load(name)
    write('dual-mono.mp3', sound(4000) * np.float32([.6, .6]), 22050)
    load('dual-mono.mp3', sr=None, mono=False)
    load('44k-stereo.wav', sr=16000, mono=False)
    for name in ('44k-stereo.wav', '16k.flac', '44k-stereo.mp3', '16k.ogg'):
        load(name, sr=None, offset=.0501, duration=.0333)
        load(name, sr=8000, offset=.19999, duration=3)
        load(name, sr=None, duration=0)


def main():
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir()
    wavs()
    encodes()
    loads()
    np.concatenate(expected).tofile(here / 'expected.f32')
    (here / 'cases.json').write_text('[\n' + ',\n'.join(map(json.dumps, cases)) + '\n]\n')
    versions = {'librosa': librosa.__version__, 'soundfile': sf.__version__, 'libsndfile': sf.__libsndfile_version__, 'numpy': np.__version__}
    (here / 'versions.json').write_text(json.dumps(versions, indent=2) + '\n')


if __name__ == '__main__':
    main()
