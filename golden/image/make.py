"""What Pillow reads from picture files of every kind (files/, cases.json, pixels.z), and from those it writes (encoded.json).

    .venv/bin/python golden/image/make.py

Each case: the file, options of open, and where in pixels.z the bytes of each mode lie.
"""
import hashlib
import io
import json
import pathlib
import warnings
import zlib

import numpy as np
import PIL
from PIL import Image, ImageFile, ImageOps

import pictures as p
from formula import picture

here = pathlib.Path(__file__).parent
warnings.simplefilter('ignore')


def files():
    """Name, bytes, options of open."""
    rng = np.random.default_rng(4)
    h, w = 29, 37
    rgb, rgba, gray = p.rgb(rng, h, w), p.rgba(rng, h, w), p.rgb(rng, h, w).convert('L')
    palette = rng.integers(0, 256, 3 * 60).astype(np.uint8).tobytes()
    for quality, sampling in ((90, '4:4:4'), (75, '4:2:2'), (90, '4:2:0')):
        name = sampling.replace(':', '')
        yield f'baseline-{name}.jpg', p.saved(rgb, 'JPEG', quality=quality, subsampling=sampling), {}
        yield f'progressive-{name}.jpg', p.saved(rgb, 'JPEG', quality=quality, subsampling=sampling, progressive=True), {}
    yield 'gray.jpg', p.saved(gray, 'JPEG', quality=85), {}
    yield 'p3.jpg', p.saved(rgb, 'JPEG', quality=90, icc_profile=p.display_p3()), {}
    yield 'p3.png', p.saved(rgb, 'PNG', icc_profile=p.display_p3()), {}
    yield 'p3.webp', p.saved(rgb, 'WEBP', lossless=True, icc_profile=p.display_p3()), {}
    yield 'p3.tiff', p.saved(rgb, 'TIFF', icc_profile=p.display_p3()), {}
    cmyk = p.saved(Image.fromarray(p.pixels(rng, h, w, 4), 'CMYK'), 'JPEG', quality=90)
    yield 'cmyk.jpg', cmyk, {'cmyk': 'pillow'}
    yield 'cmyk-without-adobe.jpg', p.without_adobe(cmyk), {'cmyk': 'pillow'}
    yield 'ycck.jpg', p.as_ycck(cmyk), {'cmyk': 'pillow'}
    for depth in (1, 2, 4, 8, 16):
        for interlaced in (False, True):
            kind = f'{depth}{"-interlaced" if interlaced else ""}.png'
            yield f'gray-{kind}', p.png(rng, h, w, 0, depth, interlaced), {}
            if depth >= 8:
                yield f'rgb-{kind}', p.png(rng, h, w, 2, depth, interlaced), {}
                yield f'la-{kind}', p.png(rng, h, w, 4, depth, interlaced), {}
                yield f'rgba-{kind}', p.png(rng, h, w, 6, depth, interlaced), {}
            if depth <= 8:
                entries = palette[: 3 * min(60, 2**depth)]
                yield f'palette-{kind}', p.png(rng, h, w, 3, depth, interlaced, entries), {}
    yield 'palette-alpha.png', p.png(rng, h, w, 3, 8, False, palette, bytes([0, 100, 255, 7])), {}
    yield 'palette-one-clear.png', p.png(rng, h, w, 3, 4, False, palette[:48], bytes([255, 255, 0])), {}
    yield 'gray-clear.png', p.png(rng, h, w, 0, 8, False, None, b'\0\x80'), {}
    yield 'gray-clear-1.png', p.png(rng, h, w, 0, 1, False, None, b'\0\1'), {}
    yield 'gray-clear-16.png', p.png(rng, h, w, 0, 16, False, None, b'\1\1'), {}
    yield 'rgb-clear.png', p.png(rng, h, w, 2, 8, False, None, b'\0\1\0\2\0\3'), {}
    yield 'one-pixel.png', p.png(rng, 1, 1, 2, 8, True), {}
    yield 'gray-clipped.png', p.saved(p.wide(rng, h, w), 'PNG'), {}
    yield 'lossy.webp', p.saved(rgb, 'WEBP', quality=80), {}
    yield 'lossless.webp', p.saved(rgba, 'WEBP', lossless=True, exact=True), {}
    yield 'lossy-alpha.webp', p.saved(rgba, 'WEBP', quality=60), {}
    yield 'animated.webp', p.saved(rgb, 'WEBP', save_all=True, append_images=[rgb.transpose(0)]), {}
    few = rgb.quantize(50)
    yield 'palette.gif', p.saved(few, 'GIF'), {}
    yield 'gray.gif', p.saved(gray, 'GIF'), {}
    yield 'clear.gif', p.saved(few, 'GIF', transparency=5), {}
    yield 'interlaced.gif', p.saved(few, 'GIF', interlace=1), {}
    yield 'animated.gif', p.saved(few, 'GIF', save_all=True, append_images=[rgb.transpose(0).quantize(40)]), {}
    noise = Image.fromarray(rng.integers(0, 256, (90, 110)).astype(np.uint8))
    yield 'full-table.gif', p.saved(noise, 'GIF'), {}
    for compression in (None, 'tiff_lzw', 'tiff_adobe_deflate'):
        name = str(compression).removeprefix('tiff_').lower()
        yield f'rgb-{name}.tiff', p.saved(rgb, 'TIFF', compression=compression), {}
    yield 'jpeg.tiff', p.saved(rgb, 'TIFF', compression='jpeg'), {}
    yield 'gray.tiff', p.saved(gray, 'TIFF'), {}
    yield 'gray-16.tiff', p.saved(p.wide(rng, h, w), 'TIFF'), {}
    yield 'la.tiff', p.saved(rgba.convert('LA'), 'TIFF'), {}
    yield 'rgba.tiff', p.saved(rgba, 'TIFF'), {}
    yield 'bits.tiff', p.saved(gray.convert('1'), 'TIFF'), {}
    yield 'cmyk.tiff', p.saved(Image.fromarray(p.pixels(rng, h, w, 4), 'CMYK'), 'TIFF'), {'cmyk': 'pillow'}
    for value in range(1, 9):
        yield f'exif-{value}.jpg', p.saved(rgb, 'JPEG', quality=90, exif=p.oriented(value)), {'exif': 'apply'}
    yield 'exif-ignored.jpg', p.saved(rgb, 'JPEG', quality=90, exif=p.oriented(6)), {}
    yield 'exif-6.png', p.saved(rgb, 'PNG', exif=p.oriented(6)), {'exif': 'apply'}
    yield 'exif-7.webp', p.saved(rgb, 'WEBP', lossless=True, exif=p.oriented(7)), {'exif': 'apply'}
    yield 'exif-8.tiff', p.saved(rgb, 'TIFF', exif=p.oriented(8)), {}
    large = p.rgb(rng, 61, 83)
    for name, data in (
        ('cut.jpg', p.saved(large, 'JPEG', quality=90)),
        ('cut.png', p.saved(large, 'PNG')),
        ('cut-interlaced.png', p.png(rng, 61, 83, 2, 8, True)),
        ('cut.gif', p.saved(large.quantize(50), 'GIF')),
    ):
        yield name, data[: len(data) * 2 // 3], {'truncated': 'keep'}


def read(data, options):
    ImageFile.LOAD_TRUNCATED_IMAGES = options.get('truncated') == 'keep'
    image = Image.open(io.BytesIO(data))
    image.load()
    return ImageOps.exif_transpose(image) if options.get('exif') == 'apply' else image


def encoded():
    """What is read back from files that Pillow writes of formula.py's picture: SHA-256 of the pixels."""
    image = picture(45, 62)
    kinds = [('JPEG', {'quality': q, 'subsampling': s}) for q in (30, 75, 96) for s in ('4:2:0', '4:4:4')] + [('WEBP', {'quality': 80})]
    for kind, options in kinds:
        pixels = np.asarray(Image.open(io.BytesIO(p.saved(image, kind, **options))).convert('RGB'))
        yield {'kind': kind, **options, 'sha256': hashlib.sha256(pixels.tobytes()).hexdigest()}


def main():
    (here / 'encoded.json').write_text(json.dumps(list(encoded()), indent=1) + '\n')
    folder = here / 'files'
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    cases, out = [], b''
    for name, data, options in files():
        image = read(data, options)
        (folder / name).write_bytes(data)
        case = {'file': name, 'options': options, 'mode': image.mode, 'height': image.height, 'width': image.width, 'at': {}}
        kinds = {mode: image.convert(mode) for mode in ('L', 'RGB', 'RGBA')}
        if image.mode == 'I;16':
            kinds['keep'] = image
        for mode, converted in kinds.items():
            case['at'][mode] = len(out)
            out += np.asarray(converted).tobytes()
        cases.append(case)
    (here / 'cases.json').write_text(json.dumps(cases, indent=1) + '\n')
    (here / 'pixels.z').write_bytes(zlib.compress(out, 9))
    (here / 'versions.json').write_text(json.dumps({'Pillow': PIL.__version__, 'numpy': np.__version__}) + '\n')
    print(len(cases), 'files', len(out), 'bytes')


if __name__ == '__main__':
    main()
