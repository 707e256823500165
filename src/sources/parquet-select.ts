import { MillraceError } from '../core/errors.ts'
import { BYTE_ARRAY, type Footer, INT32, INT64, type Leaf } from './parquet-footer.ts'

/** Which columns of a file are pixels, and which one names the rows: places among the leaves. */
export interface Selection {
  pixels: Int32Array
  id: number | undefined
}

/**
 * The columns that hold `count` pixels. Those named `0` to `count - 1`, wherever they stand; else all in the order of the file, but
 * for the one that names the rows and pandas' index, which must be as many. There may be other columns only in the first case.
 *
 * @throws MillraceError `BAD_PIXELS`, which says what columns there are.
 */
export function selectColumns(file: string, { leaves }: Footer, count: number, id: string | undefined): Selection {
  const places = new Map(leaves.map(({ name }, place) => [name, place]))
  const named = id === undefined ? undefined : places.get(id)
  if (id !== undefined && named === undefined) {
    throw new MillraceError('BAD_PIXELS', `${file} has no column ${JSON.stringify(id)} to name its rows; it has ${listed(leaves)}.`)
  }
  if (named !== undefined) checkId(file, leaves[named]!)
  const pixels = numbered(places, count) ?? others(leaves, named)
  if (pixels.length !== count) {
    throw new MillraceError(
      'BAD_PIXELS',
      `${file} has ${pixels.length} columns of pixels where the shape asks for ${count}: ${listed(leaves)}. ` +
        `Give the shape as [height, width], and as id the column that names the rows.`,
    )
  }
  for (const place of pixels) checkPixels(file, leaves[place]!)
  return { pixels, id: named }
}

function numbered(places: ReadonlyMap<string, number>, count: number): Int32Array | undefined {
  const found = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const place = places.get(String(i))
    if (place === undefined) return undefined
    found[i] = place
  }
  return found
}

function others(leaves: readonly Leaf[], named: number | undefined): Int32Array {
  const isPixel = ({ name }: Leaf, place: number): boolean => place !== named && !/^__index_level_\d+__$/.test(name)
  return Int32Array.from([...leaves.keys()].filter((place) => isPixel(leaves[place]!, place)))
}

function checkPixels(file: string, leaf: Leaf): void {
  if (isFlat(leaf) && (leaf.type === INT32 || leaf.type === INT64)) return
  const { name } = leaf
  throw new MillraceError('BAD_PIXELS', `${file}: the column ${JSON.stringify(name)} is ${kindOf(leaf)}; pixels are columns of integers.`)
}

function checkId(file: string, leaf: Leaf): void {
  if (isFlat(leaf) && (leaf.type === INT32 || leaf.type === INT64 || leaf.type === BYTE_ARRAY)) return
  const { name } = leaf
  throw new MillraceError('BAD_PIXELS', `${file}: the column ${JSON.stringify(name)} is ${kindOf(leaf)}; strings or integers name rows.`)
}

function isFlat({ repetition, definition }: Leaf): boolean {
  return repetition === 0 && definition <= 1
}

function kindOf({ type, repetition, definition }: Leaf): string {
  if (repetition > 0) return 'lists'
  if (definition > 1) return 'a part of a struct'
  return ['booleans', 'integers', 'integers', 'times', 'floats', 'doubles', 'strings or bytes', 'bytes'][type] ?? `of type ${type}`
}

function listed(leaves: readonly Leaf[]): string {
  const names = leaves.map(({ name }) => JSON.stringify(name))
  return names.length <= 8
    ? names.join(', ')
    : `${names.slice(0, 4).join(', ')}, ... ${names.slice(-2).join(', ')} (${names.length} columns)`
}
