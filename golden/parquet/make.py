"""Parquet files of pixels as pandas and pyarrow write them, and what they hold.

    python golden/parquet/make.py      (with golden/parquet/requirements.txt)

Every file has the same rows: 300 of 5 x 8 pixels (pixels.u8), named Train_0, Train_1, ... Columns of the picture differ in how many values
they have: one, two, a few, all 256. What can't be pixels is in refused/.
"""
import datetime as dt
import json
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
ROWS, PIXELS = 300, 40


def pixels():
    rng = np.random.default_rng(5)
    x = rng.integers(0, 256, (ROWS, PIXELS))
    for column, values in ((0, 1), (1, 2), (2, 3), (3, 5), (4, 9), (5, 17), (6, 33), (7, 65), (8, 129)):
        x[:, column] = rng.choice(256, values, replace=False)[rng.integers(0, values, ROWS)]
    x[:, 10] = np.repeat(rng.integers(0, 256, ROWS // 20), 20)  # runs
    x[:, 11] = np.where(np.arange(ROWS) % 90 < 60, 7, x[:, 11])  # runs and packed numbers in turn
    x[:, 12] = 0
    x[:, 13] = 255
    return x.astype(np.uint8)


PICTURES = pixels()
IDS = [f'Train_{i}' for i in range(ROWS)]
NUMBERS = [str(i) for i in range(PIXELS)]


def table(kind=pa.uint8(), names=NUMBERS, order=range(PIXELS), ids=None, nullable=True, id_name='image_id'):
    columns = [pa.array(IDS) if ids is None else ids] + [pa.array(PICTURES[:, i], type=kind) for i in order]
    fields = [pa.field(id_name, columns[0].type)] + [pa.field(names[i], kind, nullable=nullable) for i in order]
    return pa.table(columns, schema=pa.schema(fields))


def frame(index=None):
    df = pd.DataFrame(PICTURES, columns=NUMBERS, index=index)
    df.insert(0, 'image_id', IDS)
    return df


def written(name, what, **options):
    pq.write_table(what, here / f'{name}.parquet', **options)


def ordinary():
    """A table of every usual kind of column, and its rows as JSON: bytes as hex, times as milliseconds."""
    n = 250
    day = dt.datetime(2024, 2, 29, 12, 30, 15, 250000)
    rows = [
        {
            'name': f'ü {i} 日本',
            'image': bytes((i * j) % 256 for j in range(i * 7 % 90)),
            'int8': i % 256 - 128,
            'int64': i * 10**12,
            'large': 2**62 + i,
            'float': i / 3,
            'bool': i % 3 == 0,
            'maybe': None if i % 4 == 0 else f'x{i % 5}',
            'time': day + dt.timedelta(hours=i),
            'list': None if i % 7 == 0 else list(range(i % 5)),
            'struct': {'a': i, 'b': {'c': f's{i}', 'bytes': b'\x00\xff'}},
        }
        for i in range(n)
    ]
    fields = {
        'name': pa.string(), 'image': pa.binary(), 'int8': pa.int8(), 'int64': pa.int64(), 'large': pa.int64(), 'float': pa.float64(),
        'bool': pa.bool_(), 'maybe': pa.string(), 'time': pa.timestamp('ms'), 'list': pa.list_(pa.int32()),
        'struct': pa.struct({'a': pa.int64(), 'b': pa.struct({'c': pa.string(), 'bytes': pa.binary()})}),
    }
    made = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    (here / 'ordinary').mkdir(exist_ok=True)
    for compression in ('snappy', 'zstd', 'gzip'):
        pq.write_table(made, here / 'ordinary' / f'{compression}.parquet', compression=compression, row_group_size=60)

    def plain(value):
        if isinstance(value, bytes):
            return {'hex': value.hex()}
        if isinstance(value, dt.datetime):
            return {'ms': int(value.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)}
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        return {'int': str(value)} if isinstance(value, int) and abs(value) > 2**53 else value

    read = pq.read_table(here / 'ordinary' / 'snappy.parquet').to_pylist()
    (here / 'ordinary' / 'rows.json').write_text(json.dumps([plain(row) for row in read], ensure_ascii=False) + '\n')


def main():
    for folder in ('refused', 'workers'):
        (here / folder).mkdir(exist_ok=True)
    for old in [*here.glob('*.parquet'), *here.glob('*/*.parquet')]:
        old.unlink()
    PICTURES.tofile(here / 'pixels.u8')

    # compression, page version, encoding
    for compression in ('none', 'snappy', 'gzip', 'brotli', 'zstd'):
        for page in ('1.0', '2.0'):
            written(f'{compression}-v{page[0]}', table(), compression=compression, data_page_version=page)
    for page in ('1.0', '2.0'):
        written(f'plain-v{page[0]}', table(), use_dictionary=False, data_page_version=page)
    written('format-1', table(), version='1.0')
    written('fallback', table(pa.int32()), dictionary_pagesize_limit=64, data_page_size=64, write_batch_size=16)
    written('small-pages-v1', table(), data_page_size=32, write_batch_size=8)
    written('small-pages-v2', table(), data_page_size=32, write_batch_size=8, data_page_version='2.0')
    written('row-groups', table(), row_group_size=37)
    written('page-index', table(), write_page_index=True, write_page_checksum=True)
    with pq.ParquetWriter(here / 'empty-groups.parquet', table().schema) as writer:
        for part in (table().slice(0, 0), table().slice(0, 120), table().slice(0, 0), table().slice(120)):
            writer.write_table(part)
    pq.write_table(table().slice(0, 0), here / 'workers' / 'empty.parquet')
    # types
    for kind in (pa.int16(), pa.int32(), pa.int64(), pa.uint16(), pa.uint32(), pa.uint64()):
        written(str(kind), table(kind))
    written('int64-plain', table(pa.int64()), use_dictionary=False)
    written('required', table(nullable=False))
    written('required-v2', table(nullable=False), data_page_version='2.0')
    # names and places
    written('named-p', table(names=[f'p{i}' for i in range(PIXELS)]))
    written('other-order', table(order=[int(i) for i in np.random.default_rng(1).permutation(PIXELS)]))
    written('more-columns', table().append_column('label', pa.array(['x'] * ROWS)).append_column('weight', pa.array([0.5] * ROWS)))
    written('id-last', table().select([*NUMBERS, 'image_id']))
    written('id-dictionary', table(ids=pa.array(IDS).dictionary_encode()))
    written('id-large', table(ids=pa.array(IDS, pa.large_string())))
    written('id-view', table(ids=pa.array(IDS, pa.string_view())))
    written('id-delta', table(), use_dictionary=False, column_encoding={'image_id': 'DELTA_BYTE_ARRAY'})
    written('id-int', table(ids=pa.array(range(ROWS)), id_name='row'))
    frame().to_parquet(here / 'pandas.parquet')
    frame(index=[f'r{i}' for i in range(ROWS)]).to_parquet(here / 'pandas-index.parquet')
    frame(index=np.arange(ROWS) * 2).to_parquet(here / 'pandas-int-index.parquet')

    # So many rows that workers read them: pixel x of row y is (y // 900 + x) % 256.
    many = (np.arange(450_000)[:, None] // 900 + np.arange(PIXELS)).astype(np.uint8)
    written('workers/many', pa.table([pa.array(c) for c in many.T], names=NUMBERS), row_group_size=200_000)

    # refused
    def refused(name, what, **options):
        written(f'refused/{name}', what, **options)

    changed = PICTURES.astype(np.int64)
    changed[17, 3] = 256
    refused('too-large', pa.table([pa.array(IDS), *(pa.array(c) for c in changed.T)], names=['image_id', *NUMBERS]))
    refused('too-large-plain', pa.table([pa.array(IDS), *(pa.array(c, pa.int32()) for c in changed.T)], names=['image_id', *NUMBERS]), use_dictionary=False)
    changed[17, 3] = -1
    refused('negative', pa.table([pa.array(IDS), *(pa.array(c) for c in changed.T)], names=['image_id', *NUMBERS]))
    holes = [pa.array(IDS), *(pa.array(c) for c in PICTURES.T)]
    holes[7] = pa.array([None if i == 250 else int(v) for i, v in enumerate(PICTURES[:, 6])], pa.uint8())
    for page in ('1.0', '2.0'):
        refused(f'missing-v{page[0]}', pa.table(holes, names=['image_id', *NUMBERS]), data_page_version=page)
    refused('missing-id', table(ids=pa.array([None if i == 9 else v for i, v in enumerate(IDS)])))
    refused('floats', table(pa.float32()))
    refused('lists', table().append_column('40', pa.array([[1]] * ROWS)).drop_columns(['39']))
    refused('lz4', table(), compression='lz4')
    refused('delta', table(pa.int32()), use_dictionary=False, column_encoding={name: 'DELTA_BINARY_PACKED' for name in NUMBERS})
    refused('split', table(pa.int32()), use_dictionary=False, column_encoding={name: 'BYTE_STREAM_SPLIT' for name in NUMBERS})

    ordinary()
    versions = {'pyarrow': pa.__version__, 'pandas': pd.__version__, 'numpy': np.__version__}
    (here / 'versions.json').write_text(json.dumps(versions, indent=2) + '\n')


main()
