// Huffman tables. A look-up of the next 10 bits (9 for DC) gives the symbol and mostly the coefficient behind it at once; longer
// codes are rare. Larger look-ups fall out of the cache, smaller ones miss too often.

export const acBits = 10
export const dcBits = 9

// An entry: bits used (6) | 0 (2) | run (7) | partial (1) | value (16).
//   run      zeros before the coefficient; the end of the block is a run of 64 (64 + n for progressive's EOBn)
//   partial  the coefficient's bits lie beyond the look-up, `value` is their number; no bits used: the code itself is longer

/** DC tables 0 to 3 and AC tables 0 to 3. */
const dcTables = memory.data(4 << (dcBits + 2), 16)
const acTables = memory.data(4 << (acBits + 2), 16)
/** For each table, 17 x first 16-bit value above the codes of a length, 17 x (index less code) of a length, 256 symbols. */
const codes = memory.data(8 * 400, 16)
/** For each table the length and the bytes that it was last built from: pictures repeat them. */
const built = memory.data(8 * 288, 16)

// @ts-ignore: decorator
@inline
export function used(entry: u32): i32 {
  return entry & 63
}
// @ts-ignore: decorator
@inline
export function run(entry: u32): i32 {
  return (entry >> 8) & 127
}
// @ts-ignore: decorator
@inline
export function partial(entry: u32): bool {
  return (entry & 0x8000) != 0
}
// @ts-ignore: decorator
@inline
export function value(entry: u32): i32 {
  return <i32>entry >> 16
}
/** Entry for the next bits of `buffer`. */
// @ts-ignore: decorator
@inline
export function acEntry(table: usize, buffer: u64): u32 {
  return load<u32>(table + (<usize>(buffer >> (64 - acBits)) << 2))
}
// @ts-ignore: decorator
@inline
export function dcEntry(table: usize, buffer: u64): u32 {
  return load<u32>(table + (<usize>(buffer >> (64 - dcBits)) << 2))
}
/** What the highest `size` bits of `buffer` say: the upper half of their range is positive, the lower negative. `size` is not 0. */
// @ts-ignore: decorator
@inline
export function signed(buffer: u64, size: i32): i32 {
  const bits = <i32>(buffer >> (64 - size))
  return bits < 1 << (size - 1) ? bits + (-1 << size) + 1 : bits
}

export function dcTable(id: i32): usize {
  return dcTables + (<usize>id << (dcBits + 2))
}
export function acTable(id: i32): usize {
  return acTables + (<usize>id << (acBits + 2))
}

/**
 * Builds DC table `id`, or AC table `id - 4`, from 16 counts of codes by length and `symbols` symbols at `from`. False when
 * there are more codes than their lengths allow (all ones is no code), or a DC symbol is above 15.
 */
export function jpegHuffman(id: i32, from: usize, symbols: i32): bool {
  const last = built + <usize>id * 288
  if (load<i32>(last) == 16 + symbols && memory.compare(last + 4, from, 16 + symbols) == 0) return true
  store<i32>(last, 0)
  const ac = id > 3
  const bits = ac ? acBits : dcBits
  const table = ac ? acTable(id - 4) : dcTable(id)
  const long = codes + <usize>id * 400
  for (let i = 0; i < 1 << bits; i++) store<u32>(table + (<usize>i << 2), 0x8000)
  memory.copy(long + 136, from + 16, symbols)
  let code = 0
  let k = 0
  for (let length = 1; length <= 16; length++) {
    const count = <i32>load<u8>(from + length - 1)
    store<i32>(long + 68 + (<usize>length << 2), k - code)
    if (count > 0 && code + count >= 1 << length) return false
    for (let i = 0; i < count; i++, code++, k++) {
      const symbol = <i32>load<u8>(from + 16 + k)
      if (!ac && symbol > 15) return false
      if (length <= bits) fill(table + (<usize>code << (bits - length + 2)), bits, length, ac ? symbol & 15 : symbol, ac ? symbol >> 4 : 0, ac)
    }
    store<u32>(long + (<usize>length << 2), <u32>code << (16 - length))
    code <<= 1
  }
  store<i32>(last, 16 + symbols)
  memory.copy(last + 4, from, 16 + symbols)
  return true
}

/** Entries of all look-ups that begin with one code. */
function fill(at: usize, bits: i32, length: i32, size: i32, zeros: i32, ac: bool): void {
  const rest = bits - length
  for (let following = 0; following < 1 << rest; following++, at += 4) {
    let entry: u32
    if (size == 0) entry = <u32>(length | ((ac && zeros != 15 ? 64 + zeros : zeros) << 8))
    else if (size <= rest) entry = <u32>((length + size) | (zeros << 8) | (signed(<u64>following << (64 - rest), size) << 16))
    else entry = <u32>(length | (zeros << 8) | 0x8000 | (size << 16))
    store<u32>(at, entry)
  }
}

/** A code beyond the look-up, as a partial entry; 0 when there is none. `table` is one of `dcTable` or `acTable`. */
export function longCode(table: usize, buffer: u64): u32 {
  const ac = table >= acTables
  const id = ac ? 4 + <i32>((table - acTables) >> (acBits + 2)) : <i32>((table - dcTables) >> (dcBits + 2))
  const long = codes + <usize>id * 400
  const next = <u32>(buffer >> 48)
  for (let length = (ac ? acBits : dcBits) + 1; length <= 16; length++) {
    if (next >= load<u32>(long + (<usize>length << 2))) continue
    const symbol = <i32>load<u8>(long + 136 + (((next >> (16 - length)) + load<u32>(long + 68 + (<usize>length << 2))) & 255))
    if (!ac) return <u32>(length | 0x8000 | (symbol << 16))
    const size = symbol & 15
    const zeros = symbol >> 4
    return <u32>(length | ((size == 0 && zeros != 15 ? 64 + zeros : zeros) << 8) | 0x8000 | (size << 16))
  }
  return 0
}
