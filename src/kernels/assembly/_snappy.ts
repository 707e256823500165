// Snappy's raw format (google/snappy, format_description.txt). Up to 64 bytes behind the output may be written.

/** Decompresses to exactly `length` bytes; false when the data are damaged or make another number of bytes. */
export function snappy(source: usize, sourceEnd: usize, target: usize, length: i32): bool {
  let announced: u32 = 0
  let shift = 0
  while (true) {
    if (source >= sourceEnd || shift > 28) return false
    const byte = load<u8>(source++)
    announced |= (<u32>byte & 0x7f) << shift
    if (byte < 0x80) break
    shift += 7
  }
  if (announced != <u32>length) return false
  const start = target
  const end = target + length
  while (source < sourceEnd) {
    const tag = load<u8>(source++)
    let count: usize = tag >> 2
    let offset: usize
    switch (tag & 3) {
      case 0: {
        if (count >= 60) {
          const bytes = count - 59
          if (sourceEnd - source < bytes) return false
          count = load<u32>(source) & (u32.MAX_VALUE >> (32 - (<u32>bytes << 3)))
          source += bytes
        }
        if (count >= sourceEnd - source || count >= end - target) return false
        count++
        if (count <= 16) v128.store(target, v128.load(source))
        else memory.copy(target, source, count)
        source += count
        target += count
        continue
      }
      case 1:
        if (source >= sourceEnd) return false
        offset = ((<usize>tag >> 5) << 8) | load<u8>(source++)
        count = ((<usize>tag >> 2) & 7) + 4
        break
      case 2:
        if (sourceEnd - source < 2) return false
        offset = load<u16>(source)
        source += 2
        count++
        break
      default:
        if (sourceEnd - source < 4) return false
        offset = load<u32>(source)
        source += 4
        count++
    }
    if (offset == 0 || offset > target - start || count > end - target) return false
    const from = target - offset
    if (offset >= 16) for (let i: usize = 0; i < count; i += 16) v128.store(target + i, v128.load(from + i))
    else if (offset >= 8) for (let i: usize = 0; i < count; i += 8) store<u64>(target + i, load<u64>(from + i))
    else for (let i: usize = 0; i < count; i++) store<u8>(target + i, load<u8>(from + i))
    target += count
  }
  return target == end
}
