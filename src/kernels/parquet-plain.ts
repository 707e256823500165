// The twins of assembly/parquet.ts, as plain as can be: what the kernel does fast must be what these do.

/** Snappy's raw format; undefined when damaged or not of this length. */
export function snappyPlain(bytes: Uint8Array, length: number): Uint8Array | undefined {
  const out: number[] = []
  const announced = varint(bytes, 0)
  if (announced?.value !== length) return undefined
  for (let at = announced.at; at < bytes.length;) {
    const tag = bytes[at++]!
    const more = tag >> 2
    const kind = tag & 3
    const extra = kind === 0 ? Math.max(0, more - 59) : [0, 1, 2, 4][kind]!
    if (at + extra > bytes.length) return undefined
    let number = 0
    for (let i = extra - 1; i >= 0; i--) number = number * 256 + bytes[at + i]!
    at += extra
    if (kind === 0) {
      const count = (more < 60 ? more : number) + 1
      if (at + count > bytes.length || out.length + count > length) return undefined
      for (let i = 0; i < count; i++) out.push(bytes[at++]!)
    } else {
      const count = kind === 1 ? (more & 7) + 4 : more + 1
      const offset = kind === 1 ? (tag >> 5) * 256 + number : number
      if (offset === 0 || offset > out.length || out.length + count > length) return undefined
      for (let i = 0; i < count; i++) out.push(out[out.length - offset]!)
    }
  }
  return out.length === length ? Uint8Array.from(out) : undefined
}

/** Parquet's hybrid of runs and packed bits; undefined when it ends early or a number is over 255. */
export function hybridPlain(bytes: Uint8Array, width: number, count: number): Uint8Array | undefined {
  const out: number[] = []
  let at = 0
  while (out.length < count) {
    const header = varint(bytes, at)
    if (header === undefined || header.value < 2) return undefined
    at = header.at
    const size = Math.floor(header.value / 2)
    if (header.value % 2 === 0) {
      const valueBytes = Math.ceil(width / 8)
      if (at + valueBytes > bytes.length) return undefined
      let value = 0
      for (let i = valueBytes - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
      at += valueBytes
      for (let i = 0; i < size && out.length < count; i++) out.push(value)
      continue
    }
    const values = Math.min(size * 8, count - out.length)
    if (at + Math.ceil((values * width) / 8) > bytes.length) return undefined
    for (let i = 0; i < values; i++) {
      let value = 0
      for (let bit = width - 1; bit >= 0; bit--) {
        const place = i * width + bit
        value = value * 2 + ((bytes[at + (place >> 3)]! >> (place & 7)) & 1)
      }
      out.push(value)
    }
    at += size * width
  }
  return out.every((value) => value < 256) ? Uint8Array.from(out) : undefined
}

/** Columns of `rows` bytes each to rows. */
export function transposePlain(columns: readonly Uint8Array[], rows: number): Uint8Array {
  const out = new Uint8Array(columns.length * rows)
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns.length; x++) out[y * columns.length + x] = columns[x]![y]!
  return out
}

function varint(bytes: Uint8Array, at: number): { value: number; at: number } | undefined {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]
    if (byte === undefined || scale > 2 ** 35) return undefined
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, at }
  }
}
