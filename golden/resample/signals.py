"""The signals and pairs of rates on which resampling is compared."""
import numpy as np

# The pairs of the field, every kind of stage among them, and steep or awkward ones.
RATES = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 192000]
PAIRS = [(a, b) for b in (22050, 16000) for a in RATES if a != b] + [
    (22050, 44100), (22050, 48000), (44100, 48000), (48000, 44100), (8000, 40000), (40000, 8000), (30000, 18000), (25000, 10000),
    (22257, 16000), (16000, 22257), (44100, 44101), (47999, 30011), (50000, 44099), (16000.5, 22050), (44100, 22050.25),
    (8000, 48000), (8000, 96000), (8000, 192000), (1000, 192000), (4000, 22257), (44100, 8000), (48000, 8000),
    (192000, 8000), (384000, 8000), (384001, 8000), (2000000, 1000), (96000, 44100), (7333, 48000),
]


def random_pairs(seed, count, low=1000, high=400000):
    """Log-uniform rates; two in three are whole, half of those multiples of 50."""
    rng = np.random.default_rng(seed)
    pairs = []
    while len(pairs) < count:
        a, b = np.exp(rng.uniform(np.log(low), np.log(high), 2))
        kind = rng.integers(3)
        a, b = [(a, b), (round(a), round(b)), (round(a / 50) * 50, round(b / 50) * 50)][kind]
        if a != b and a > 0 and b > 0:
            pairs.append((float(a), float(b)))
    return pairs


def signals(seed, noise=4000):
    """Uniform noise, random +-1 (the hardest), impulses at both edges, a step, a chirp and very short inputs."""
    rng = np.random.default_rng(seed)
    impulses = np.zeros(1000)
    impulses[[0, 1, 500, -2, -1]] = [1, -.5, 1, .25, -1]
    t = np.arange(2000)
    named = {'noise': rng.uniform(-1, 1, noise), 'square': np.where(rng.random(2000) < .5, -1., 1.), 'impulses': impulses, 'step': np.ones(1500), 'chirp': np.sin(np.pi * t * t / 4000)}
    named |= {f'n{n}': rng.uniform(-1, 1, n) for n in (0, 1, 2, 3, 10, 100, 1000)}
    return {name: x.astype(np.float32) for name, x in named.items()}


def gate(a, b, name='noise'):
    """The largest error allowed against libsoxr, whose own float32 noise it is: more above x4, and on random +-1."""
    if b > 4 * a:
        return 2e-6
    return 1.25e-6 if name == 'square' else 1e-6
