import type { FileMetaData, ParquetType } from 'hyparquet'
import { reasonOf } from '../core/error-record.ts'
import { MillraceError } from '../core/errors.ts'
import { bufferOf } from './parquet-buffer.ts'
import { compressors } from './parquet-compressors.ts'
import { codecName } from './parquet-compression.ts'
import { badParquet, type Footer, type OpenFile } from './parquet-footer.ts'

const types: ParquetType[] = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY']

/**
 * The values of one column as strings. hyparquet decodes them, told of this column alone: its own look at a footer of 32,000 columns
 * takes half a second.
 *
 * @throws MillraceError `BAD_PIXELS` for a missing value; `BAD_PARQUET` for a damaged one.
 */
export async function readIds(open: OpenFile, { rows, leaves, groups }: Footer, place: number): Promise<string[]> {
  const { parquetReadObjects } = await import('hyparquet')
  const leaf = leaves[place]!
  const type = types[leaf.type]!
  const metadata: FileMetaData = {
    version: 1,
    metadata_length: 0,
    num_rows: BigInt(rows),
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'id', type, repetition_type: leaf.definition > 0 ? 'OPTIONAL' : 'REQUIRED' },
    ],
    row_groups: groups
      .filter((group) => group.rows > 0)
      .map((group) => ({
        num_rows: BigInt(group.rows),
        total_byte_size: 0n,
        columns: [
          {
            file_offset: 0n,
            meta_data: {
              type,
              encodings: [],
              path_in_schema: ['id'],
              codec:
                codecName(group.codecs[place]!) === 'none' ? 'UNCOMPRESSED' : (codecName(group.codecs[place]!).toUpperCase() as 'SNAPPY'),
              num_values: BigInt(group.values[place]!),
              total_uncompressed_size: 0n,
              total_compressed_size: BigInt(group.sizes[place]!),
              data_page_offset: BigInt(group.starts[place]!),
            },
          },
        ],
      })),
  }
  const read = await parquetReadObjects({ file: bufferOf(open), metadata, compressors }).catch((cause: unknown) => {
    throw cause instanceof MillraceError ? cause : badParquet(open.file, `column ${JSON.stringify(leaf.name)}: ${reasonOf(cause)}.`, cause)
  })
  return read.map(({ id }, row) => {
    if (id === null || id === undefined) {
      throw new MillraceError(
        'BAD_PIXELS',
        `${open.file} row ${row}: the column ${JSON.stringify(leaf.name)}, which names the rows, is empty.`,
      )
    }
    return String(id)
  })
}
