"""Numbers computed by the real librosa, torchaudio and Hugging Face feature extractors, for the tests of src/audio.

See requirements.txt for how to run it. Signals are `<name>.f32.z`, results `<case>.f32.z` (zlib streams of float32; complex numbers
interleaved); `cases.json` lists what was called with what.
"""

import json
import warnings
import zlib
from pathlib import Path

import librosa
import numpy as np
import scipy
import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi
import transformers

warnings.simplefilter("ignore")
here = Path(__file__).parent


def save(name, values):
    values = np.ascontiguousarray(values)
    assert values.dtype in (np.float32, np.complex64), (name, values.dtype)
    (here / f"{name}.f32.z").write_bytes(zlib.compress(values.tobytes(), 9))


def voice(n, sr, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n) / sr
    pitch = 140 + 40 * np.sin(2 * np.pi * 1.3 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / sr
    y = sum(np.sin(k * phase) / k * (1 + np.cos(k + 3 * t)) for k in range(1, 24))
    y = y * np.clip(np.sin(2 * np.pi * 1.9 * t), 0, 1)
    # 16-bit values: they compress, and are what files hold.
    return (np.round((0.1 * y + 0.001 * rng.standard_normal(n)) * 32768) / 32768).astype(np.float32)


def chirp(n):
    """Exact in any language: integers below 2**53, then a division by a power of two."""
    i = np.arange(n, dtype=np.int64)
    return (((i * i * 7 + i * 31) % 65536 - 32768) / 32768).astype(np.float32)


impulse = np.zeros(5000, np.float32)
impulse[2500] = 1
signals = {
    "voice": voice(22050, 22050),
    "voice16k": voice(16000, 16000, seed=1),
    "voice8k": voice(6000, 8000, seed=2),
    "loud": voice(4000, 22050, seed=3) * 40,
    "quiet": (voice(4000, 22050, seed=4) * 1e-6).astype(np.float32),
    "noise": np.random.default_rng(5).uniform(-1, 1, 3000).astype(np.float32),
    "square": np.where(np.arange(4410) % 100 < 50, 1, -1).astype(np.float32),
    "impulse": impulse,
    "silence": np.zeros(3000, np.float32),
    "short": voice(300, 22050, seed=6) + np.float32(0.25),
    "five": np.array([0.1, -0.2, 0.3, -0.4, 0.5], np.float32),
    "one": np.array([0.5], np.float32),
    "empty": np.zeros(0, np.float32),
}
for name, y in signals.items():
    save(name, y)
signals["chirp30s"] = chirp(661500)

cases = []


def case(function, signal, result, **options):
    name = f"case{len(cases):03d}"
    result = np.asarray(result)
    save(name, result.astype(np.float32) if result.dtype == np.float64 else result)
    cases.append({"name": name, "function": function, "signal": signal, "dims": list(result.shape), "options": options})


story = dict(n_fft=1024, hop_length=512, n_mels=128, power=1.0, fmin=20, fmax=8000)

for signal, options in [
    ("noise", {}),
    ("noise", dict(n_fft=512)),
    ("noise", dict(n_fft=512, hop_length=100, win_length=300, window="hamming")),
    ("noise", dict(n_fft=400, hop_length=160)),
    ("noise", dict(n_fft=401, hop_length=90, win_length=251)),
    ("noise", dict(n_fft=251, hop_length=300)),
    ("noise", dict(n_fft=262, hop_length=300)),
    ("noise", dict(n_fft=64, hop_length=500)),
    ("noise", dict(n_fft=360, hop_length=360, center=False)),
    ("noise", dict(n_fft=512, center=False)),
    *[("noise", dict(n_fft=256, hop_length=256, pad_mode=mode)) for mode in ("edge", "reflect", "symmetric")],
    *[("five", dict(n_fft=64, hop_length=16, pad_mode=mode)) for mode in ("constant", "edge", "reflect", "symmetric")],
    *[("one", dict(n_fft=64, hop_length=16, pad_mode=mode)) for mode in ("constant", "edge", "reflect", "symmetric")],
    ("empty", dict(n_fft=64)),
    ("silence", dict(n_fft=256, hop_length=512)),
    ("impulse", dict(n_fft=256, hop_length=512)),
    ("loud", dict(n_fft=256, hop_length=512)),
    ("quiet", dict(n_fft=256, hop_length=512)),
    *[("short", dict(n_fft=2, hop_length=7)), ("short", dict(n_fft=1, hop_length=7)), ("short", dict(n_fft=3, hop_length=7))],
]:
    case("stft", signal, librosa.stft(signals[signal], **options), **options)

for signal in ("voice", "loud", "quiet", "square", "impulse", "silence", "short", "one", "empty", "chirp30s"):
    options = dict(story, n_mels=32) if signal == "chirp30s" else story
    mel = librosa.feature.melspectrogram(y=signals[signal], sr=22050, **options)
    case("melspectrogram", signal, mel, sr=22050, **options)
    case("decibels", signal, librosa.power_to_db(mel, ref=np.max), sr=22050, **options)
for signal, sr, options in [
    ("voice", 22050, {}),
    ("voice", 22050, dict(htk=True)),
    ("voice", 22050, dict(norm=None, n_mels=40)),
    ("voice", 22050, dict(norm=1, n_mels=40)),
    ("voice", 22050, dict(norm=2, n_mels=20, power=1.7)),
    ("voice16k", 16000, dict(n_fft=400, hop_length=160, n_mels=80, pad_mode="reflect")),
    ("voice8k", 8000, dict(n_fft=256, win_length=200, hop_length=80, n_mels=40, center=False, window="blackman")),
    ("voice8k", 44100, dict(n_mels=229, n_fft=512)),
]:
    case("melspectrogram", signal, librosa.feature.melspectrogram(y=signals[signal], sr=sr, **options), sr=sr, **options)

S = np.abs(librosa.stft(signals["voice"], n_fft=512, hop_length=1024)) ** 2
case("melspectrogram_S", "voice", librosa.feature.melspectrogram(S=S, sr=22050, n_mels=64), sr=22050, n_mels=64)
for options in (dict(), dict(ref=0.01), dict(top_db=None), dict(top_db=30, amin=1e-3), dict(ref=-4.0)):
    case("power_to_db", "voice", librosa.power_to_db(S, **options), **options)
for options in (dict(), dict(ref=0.01, amin=1e-4), dict(top_db=None)):
    case("amplitude_to_db", "voice", librosa.amplitude_to_db(S - 0.5, **options), **options)
dB = librosa.power_to_db(S)
case("db_to_power", "voice", librosa.db_to_power(dB, ref=3.0), ref=3.0)
case("db_to_amplitude", "voice", librosa.db_to_amplitude(dB, ref=3.0), ref=3.0)

for options in (
    dict(sr=22050),
    dict(sr=22050, n_mfcc=40, lifter=22),
    dict(sr=22050, dct_type=3),
    dict(sr=22050, dct_type=1),
    dict(sr=22050, dct_type=1, norm=None, n_mels=40),
    dict(sr=22050, norm=None),
    dict(sr=22050, dct_type=3, norm=None, n_mfcc=13),
    dict(sr=22050, n_mfcc=60, n_mels=40, n_fft=1024, hop_length=256, fmax=8000, htk=True),
):
    case("mfcc", "voice", librosa.feature.mfcc(y=signals["voice"], **options), **options)

for options in (dict(), dict(htk=True), dict(n_mels=40, n_fft=400, sr=16000), dict(fmin=3000, fmax=3100, n_fft=512), dict(n_mels=5, norm=np.inf)):
    options = {"sr": 22050, "n_fft": 2048, **options}
    listed = {**options, **({"norm": "inf"} if "norm" in options else {})}
    case("mel", "empty", librosa.filters.mel(**options), **listed)

for window in ("boxcar", "hann", "hamming", "blackman", "nuttall", "blackmanharris", "flattop", "bartlett", "cosine", ["kaiser", 8.6], ["gaussian", 5.5]):
    for n in (1, 2, 9, 16):
        for periodic in (True, False):
            values = scipy.signal.get_window(tuple(window) if isinstance(window, list) else window, n, fftbins=periodic)
            case("window", "empty", values, window=window, n=n, fftbins=periodic)

wave = {name: torch.from_numpy(y).unsqueeze(0) for name, y in signals.items()}
for signal, options in [
    ("voice16k", {}),
    ("voice16k", dict(n_fft=512, win_length=320, n_mels=64, f_min=50.0, f_max=7600.0, power=1.0)),
    ("voice16k", dict(mel_scale="slaney", norm="slaney", n_mels=80)),
    ("voice", dict(sample_rate=22050, n_fft=1024, hop_length=256, n_mels=80, center=False)),
]:
    case("torchaudio", signal, torchaudio.transforms.MelSpectrogram(**options)(wave[signal])[0].numpy(), **options)
for signal, options in [
    ("voice16k", {}),
    ("voice16k", dict(num_mel_bins=80, snip_edges=False)),
    ("voice16k", dict(num_mel_bins=40, window_type="hamming", use_power=False, preemphasis_coefficient=0.0)),
    ("voice16k", dict(num_mel_bins=40, window_type="blackman", remove_dc_offset=False, subtract_mean=True)),
    ("voice16k", dict(num_mel_bins=128, use_log_fbank=False)),
    ("voice16k", dict(round_to_power_of_two=False, window_type="rectangular", low_freq=0.0, high_freq=-400.0)),
    ("voice8k", dict(sample_frequency=8000.0, frame_length=32.0, frame_shift=8.0)),
    ("short", dict(frame_length=10.0, frame_shift=20.0, snip_edges=False)),
]:
    case("kaldi", signal, kaldi.fbank(wave[signal], **options).numpy(), **options)
for signal, options in [("voice16k", {}), ("noise", dict(feature_size=128)), ("silence", {})]:
    extractor = transformers.WhisperFeatureExtractor(**options)
    result = extractor(signals[signal], sampling_rate=16000, return_tensors="np").input_features[0]
    case("whisper", signal, result, **options)
for signal, options in [("voice16k", {}), ("voice16k", dict(max_length=50, num_mel_bins=64))]:
    extractor = transformers.ASTFeatureExtractor(**options)
    case("ast", signal, extractor(signals[signal], sampling_rate=16000, return_tensors="np").input_values[0], **options)

(here / "cases.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
modules = (librosa, np, scipy, torch, torchaudio, transformers)
(here / "versions.json").write_text(json.dumps({m.__name__: m.__version__ for m in modules}, indent=1) + "\n")
