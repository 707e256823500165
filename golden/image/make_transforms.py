"""What fastai and torchvision make of pictures (transforms.json): shapes and SHA-256 of the bytes.

    <venv>/bin/python golden/image/make_transforms.py

The venv has golden/requirements.txt and golden/image/requirements.txt.
"""
import hashlib
import json
import pathlib
import re
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
import torch

from formula import picture

here = pathlib.Path(__file__).parent


def declare_operators():
    """torchvision's wheel is for a torch with CUDA: with the CPU build its Python part loads when its operators are declared first."""
    folder = pathlib.Path(find_spec('torchvision').submodule_search_locations[0])
    library = torch.library.Library('torchvision', 'DEF')
    source = (folder / '_meta_registrations.py').read_text()
    for name in dict.fromkeys(re.findall(r'register_meta\("(\w+)"', source) + re.findall(r'torchvision::(\w+)', source)):
        try:
            library.define(f'{name}(Tensor x) -> Tensor')
        except RuntimeError:
            pass
    return library


library = declare_operators()
from fastai.vision.all import IntToFloatTensor, Normalize, PILImage, Resize, TensorImage, ToTensor  # noqa: E402
from PIL import Image, ImageOps  # noqa: E402
from torchvision import transforms as tv  # noqa: E402
from torchvision.transforms import functional as F  # noqa: E402

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def digest(value):
    if isinstance(value, torch.Tensor):
        value = value.contiguous().numpy()
    array = np.asarray(value)
    return {'shape': list(array.shape), 'sha256': hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()}


def fastai():
    # Sizes at which int((w / 224) * 224) is one short, the reflection that bounces more than once, odd and equal ones.
    shapes = [(453, 460), (460, 453), (899, 700), (480, 640), (333, 500), (224, 224), (225, 224), (97, 300), (41, 37), (467, 1004)]
    for height, width in shapes:
        for size in (224, 299, (160, 224), 64):
            for method in ('crop', 'pad', 'squish'):
                yield case(height, width, size, method)
    for height, width in ((100, 1000), (1000, 100), (30, 400), (400, 30), (3, 50)):
        for mode in ('reflection', 'zeros', 'border'):
            yield case(height, width, 128, 'pad', mode)


def case(height, width, size, method, mode='reflection'):
    image = PILImage.create(np.asarray(picture(height, width)))
    resized = Resize(size, method=method, pad_mode=mode)(image, split_idx=1)
    names = {'reflection': 'reflect', 'zeros': 'constant', 'border': 'border'}
    return {'of': [height, width], 'size': size, 'method': method, 'padMode': names[mode], **digest(resized)}


def fastai_tensors():
    image = PILImage.create(np.asarray(picture(300, 401)))
    resized = Resize(224, method='crop')(image, split_idx=1)
    tensor = IntToFloatTensor()(ToTensor()(resized)[None])
    normalized = Normalize.from_stats(MEAN, STD, cuda=False)(TensorImage(tensor))
    return {'of': [300, 401], 'float': digest(tensor[0]), 'normalized': digest(torch.Tensor(normalized)[0])}


def short_side():
    for height, width in ((480, 640), (640, 480), (333, 500), (101, 99), (57, 1000), (256, 256), (7, 5)):
        for size in (256, 64, 224):
            for max_size in (None, 300):
                resized = tv.Resize(size, max_size=max_size)(picture(height, width))
                yield {'of': [height, width], 'size': size, 'maxSize': max_size, **digest(resized)}


def center_crop():
    for height, width in ((48, 64), (33, 50), (51, 47), (20, 90), (90, 21), (5, 7)):
        for size in (32, 33, (40, 61), (61, 40)):
            yield {'of': [height, width], 'size': size, **digest(tv.CenterCrop(size)(picture(height, width)))}


def tensors():
    for height, width, channels in ((20, 30, 3), (17, 5, 1), (9, 8, 4)):
        tensor = tv.ToTensor()(picture(height, width, channels))
        out = {'of': [height, width], 'channels': channels, 'tensor': digest(tensor)}
        if channels == 3:
            normalized = tv.Normalize(MEAN, STD)(tensor)
            out['normalized'] = digest(normalized)
            out['denormalized'] = digest(normalized * torch.tensor(STD)[:, None, None] + torch.tensor(MEAN)[:, None, None])
        yield out


def moves():
    """By name: what is called in transforms.golden.test.ts."""
    image = picture(21, 34)
    array = np.asarray(image)
    yield 'flip horizontal', F.hflip(image)
    yield 'flip vertical', F.vflip(image)
    for turns in (1, 2, 3):
        yield f'rotate90 {turns}', np.rot90(array, turns)
    yield 'crop', F.crop(image, 3, 5, 11, 13)
    for name, mode in (('constant', 'constant'), ('reflect', 'reflect'), ('border', 'edge')):
        yield f'pad {name}', F.pad(image, [4, 9, 70, 50], fill=7, padding_mode=mode)
    yield 'pad negative', F.pad(image, [-4, 3, 5, -2], padding_mode='edge')
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        turned = image.copy()
        turned.info['exif'] = exif.tobytes()
        yield f'orientation {value}', ImageOps.exif_transpose(turned)


def adjustments():
    for channels in (3, 1):
        image = picture(60, 70, channels)
        for what, factors in (
            ('brightness', (0, 0.4, 1, 1.7)),
            ('contrast', (0, 0.4, 1, 1.7)),
            ('saturation', (0, 0.4, 1, 1.7)),
            ('hue', (-0.5, -0.123, 0, 0.3, 0.5)),
        ):
            for factor in factors:
                adjusted = getattr(F, f'adjust_{what}')(image, factor)
                yield {'of': [60, 70], 'channels': channels, 'what': what, 'factor': factor, **digest(adjusted)}


golden = {
    'fastai': list(fastai()),
    'fastaiTensor': fastai_tensors(),
    'shortSide': list(short_side()),
    'centerCrop': list(center_crop()),
    'tensors': list(tensors()),
    'moves': {name: digest(image) for name, image in moves()},
    'adjustments': list(adjustments()),
}
(here / 'transforms.json').write_text(json.dumps(golden).replace('}, {"of', '},\n{"of') + '\n')
versions = {name: version(name) for name in ('fastai', 'torchvision', 'torch', 'pillow', 'numpy')}
(here / 'transforms-versions.json').write_text(json.dumps(versions) + '\n')
print({name: len(cases) for name, cases in golden.items()})
