"""Compares Millrace's open and its operations with Pillow's on seeded random files.

    .venv/bin/python golden/image/compare.py [rounds=150] [seed=1]

Millrace runs from source (golden/image/compare.ts). Exits 1 when a shape or a byte differs.
"""
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

import pictures as p

here = pathlib.Path(__file__).parent
warnings.simplefilter('ignore')


def any_png(rng, h, w):
    colour = int(rng.choice([0, 2, 3, 4, 6]))
    depth = int(rng.choice({0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]}[colour]))
    entries = int(rng.integers(1, 2**depth + 1)) if colour == 3 else 0
    palette = rng.integers(0, 256, 3 * entries).astype(np.uint8).tobytes()
    alpha = None
    if rng.random() < 0.4 and colour == 3:
        alpha = rng.integers(0, 256, rng.integers(1, entries + 1)).astype(np.uint8).tobytes()
    elif rng.random() < 0.4 and colour in (0, 2):
        top = 2 ** min(depth, 8)
        alpha = b''.join(bytes([0, int(value)]) for value in rng.integers(0, top, 1 if colour == 0 else 3))
    return p.png(rng, h, w, colour, depth, rng.random() < 0.4, palette, alpha)


def files(rng):
    """One of each kind: name, bytes, options of open."""
    h, w = (int(side) for side in rng.integers(1, 90, 2))
    rgb, rgba, gray, wide = p.rgb(rng, h, w), p.rgba(rng, h, w), p.rgb(rng, h, w).convert('L'), p.wide(rng, h, w)
    cmyk = Image.fromarray(p.pixels(rng, h, w, 4), 'CMYK')
    few = rgb.quantize(int(rng.integers(2, 257)))
    quality = int(rng.integers(1, 101))
    sampling = str(rng.choice(['4:4:4', '4:2:2', '4:2:0']))
    turn = {'exif': p.oriented(int(rng.integers(1, 9)))}
    pillow = {'cmyk': 'pillow'}
    for _ in range(8):
        yield 'png', any_png(rng, h, w), {}
    yield 'png exif', p.saved(rgba, 'PNG', **turn), {'exif': 'apply'}
    yield 'gif', p.saved(few, 'GIF', interlace=int(rng.integers(0, 2))), {}
    yield 'gif clear', p.saved(few, 'GIF', transparency=int(rng.integers(0, 10))), {}
    yield 'gif noise', p.saved(Image.fromarray(rng.integers(0, 256, (h, w)).astype(np.uint8)), 'GIF'), {}
    yield 'webp', p.saved(rgb, 'WEBP', quality=quality), {}
    yield 'webp alpha', p.saved(rgba, 'WEBP', quality=quality), {}
    yield 'webp lossless', p.saved(rgba, 'WEBP', lossless=True, exact=bool(rng.random() < 0.5), **turn), {'exif': 'apply'}
    for image in (rgb, rgba, gray, rgba.convert('LA'), wide, gray.convert('1')):
        compression = rng.choice([None, 'tiff_lzw', 'tiff_adobe_deflate'])
        yield f'tiff {image.mode}', p.saved(image, 'TIFF', compression=compression, **turn), {}
    yield 'tiff CMYK', p.saved(cmyk, 'TIFF'), pillow
    yield 'jpeg', p.saved(rgb, 'JPEG', quality=quality, subsampling=sampling, **turn), {'exif': 'apply'}
    yield 'jpeg progressive', p.saved(rgb, 'JPEG', quality=quality, subsampling=sampling, progressive=True), {}
    yield 'jpeg gray', p.saved(gray, 'JPEG', quality=quality), {}
    yield 'jpeg CMYK', p.saved(cmyk, 'JPEG', quality=quality), pillow
    yield 'jpeg YCCK', p.as_ycck(p.saved(cmyk, 'JPEG', quality=quality)), pillow


def openings(rng):
    """Jobs for Millrace, with what Pillow makes of the same."""
    for name, data, options in files(rng):
        image = Image.open(io.BytesIO(data))
        image.load()
        if options.get('exif') == 'apply':
            image = ImageOps.exif_transpose(image)
        for mode in ('RGB', 'L', 'RGBA'):
            # Pillow has no direct way from CMYK to RGBA but this one.
            yield f'{name} {mode}', data, {**options, 'mode': mode}, None, image.convert(mode)
        if image.mode == 'I;16':
            yield f'{name} keep', data, {**options, 'mode': 'keep'}, None, image


def fastai(image, size, method, mode):
    """fastai.vision.augment.Resize with split_idx=1, written out."""
    (w, h), (th, tw) = image.size, size
    scale = (min if method == 'crop' else max)(w / tw, h / th)
    cw, ch = max(int(scale * tw), 1), max(int(scale * th), 1)
    left, top = int(0.5 * (w - cw)), int(0.5 * (h - ch))
    image = image.crop((max(left, 0), max(top, 0), min(left + cw, w), min(top + ch, h)))
    margins = ((max(-top, 0), max(ch - h + top, 0)), (max(-left, 0), max(cw - w + left, 0)))
    pixels = np.asarray(image)
    pixels = np.pad(pixels, margins + ((0, 0),) * (pixels.ndim - 2), mode={'reflect': 'reflect', 'border': 'edge', 'constant': 'constant'}[mode])
    return Image.fromarray(pixels).resize((tw, th), Image.BILINEAR)


def center_crop(image, size):
    (w, h), (th, tw) = image.size, size
    more_w, more_h = max(tw - w, 0), max(th - h, 0)
    image = ImageOps.expand(image, (more_w // 2, more_h // 2, (more_w + 1) // 2, (more_h + 1) // 2))
    top, left = round((image.height - th) / 2), round((image.width - tw) / 2)
    return image.crop((left, top, left + tw, top + th))


def operations(rng):
    h, w = (int(side) for side in rng.integers(1, 200, 2))
    if rng.random() < 0.1:
        h, w = (1 + h // 40, w * 3) if rng.random() < 0.5 else (h * 3, 1 + w // 40)
    image = Image.fromarray(p.pixels(rng, h, w, int(rng.choice([3, 4]))))
    if rng.random() < 0.3:
        image = image.convert('L')
    data = p.saved(image, 'PNG')
    mode = {'mode': image.mode}
    size = [int(side) for side in rng.integers(1, 120, 2)]
    short = int(rng.integers(1, 120))
    pad = str(rng.choice(['reflect', 'border', 'constant']))
    # Colours of transparent pixels don't survive Pillow's resize; the resize itself is compared elsewhere.
    plain = image.convert('RGB') if image.mode == 'RGBA' else image
    of = {'mode': plain.mode}
    for method in ('crop', 'pad'):
        yield f'fastai {method}', data, of, ['resize', size, {'method': method, 'padMode': pad}], fastai(plain, size, method, pad)
    yield 'squish', data, of, ['resize', size, {}], plain.resize(size[::-1], Image.BILINEAR)
    long = int(short * max(h, w) / min(h, w))
    if long < 2000:
        yield 'short', data, of, ['resize', short, {'method': 'short'}], plain.resize((short, long) if w <= h else (long, short), Image.BILINEAR)
    yield 'centerCrop', data, mode, ['centerCrop', size], center_crop(image, size)
    yield 'flip', data, mode, ['flip'], image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    yield 'rotate90', data, mode, ['rotate90'], image.transpose(Image.Transpose.ROTATE_90)
    factor = float(np.round(rng.uniform(0, 3), 3))
    for name, kind in (('Brightness', 'Brightness'), ('Contrast', 'Contrast'), ('Saturation', 'Color')):
        yield name, data, mode, [f'adjust{name}', factor], getattr(ImageEnhance, kind)(image).enhance(factor)
    if image.mode == 'RGB':
        turn = float(np.round(rng.uniform(-0.5, 0.5), 3))
        hue, saturation, value = image.convert('HSV').split()
        hue = Image.fromarray(np.asarray(hue) + np.int32(turn * 255).astype(np.uint8))
        yield 'Hue', data, mode, ['adjustHue', turn], Image.merge('HSV', (hue, saturation, value)).convert('RGB')


def tensors(rng):
    """A JPEG to what a model is given: decoded, cropped, resized and normalized without leaving the kernel's memory."""
    h, w = (int(side) for side in rng.integers(1, 300, 2))
    size = [int(side) for side in rng.integers(1, 120, 2)]
    data = p.saved(p.rgb(rng, h, w), 'JPEG', quality=int(rng.integers(40, 101)))
    resized = fastai(Image.open(io.BytesIO(data)).convert('RGB'), size, 'crop', 'reflect')
    tensor = np.asarray(resized).transpose(2, 0, 1).astype(np.float32) / np.float32(255)
    mean, std = (np.array(values, np.float32)[:, None, None] for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    yield 'tensor', data, {}, ['tensor', size], (tensor - mean) / std


def shape_of(image):
    return image.shape[1:] if isinstance(image, np.ndarray) else (image.height, image.width)


def main(rounds=150, seed=1):
    rng = np.random.default_rng(int(seed))
    jobs = [job for _ in range(int(rounds)) for make in (openings, operations, tensors) for job in make(rng)]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / 'in.bin').write_bytes(b''.join(data for _, data, *_ in jobs))
        (folder / 'jobs.json').write_text(json.dumps([{'bytes': len(data), 'options': o, 'call': call} for _, data, o, call, _ in jobs]))
        subprocess.run(['node', '--import', 'tsx', here / 'compare.ts', folder], check=True, cwd=here.parent.parent)
        results = json.loads((folder / 'out.json').read_text())
        out = (folder / 'out.bin').read_bytes()
    failed = at = 0
    for (name, data, options, call, expected), (height, width, size) in zip(jobs, results, strict=True):
        ours = out[at : at + size]
        at += size
        wanted = np.asarray(expected).tobytes()
        if (height, width) == shape_of(expected) and ours == wanted:
            continue
        failed += 1
        if failed <= 20:
            wrong = sum(a != b for a, b in zip(ours, wanted))
            print(f'{name} {options} {call}: {(height, width)} of {shape_of(expected)}, {wrong} bytes differ')
    print(f'{len(jobs)} comparisons, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
