export interface OggStream {
  packets: Uint8Array[]
  /** Where the last packet ends, in the codec's samples. */
  end: number
}

interface Page {
  isContinued: boolean
  isLast: boolean
  /** -1 when no packet ends in the page. */
  granule: number
  serial: number
  /** Counts the pages of the stream. */
  sequence: number
  /** Lengths of the parts of packets; one of 255 goes on in the next. */
  lacing: Uint8Array
  body: Uint8Array
  /** Bytes of the whole page. */
  length: number
}

const CRC32 = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  return crc
})

/**
 * The packets of the first stream in an Ogg file (RFC 3533); streams beside and after it are left out. A page whose checksum
 * differs is skipped, and with it the packets that it has a part in.
 */
export function readOgg(bytes: Uint8Array): OggStream {
  const packets: Uint8Array[] = []
  let end = 0
  let serial: number | undefined
  let previous = -1
  // The packet that goes on; undefined when its start is missing.
  let parts: Uint8Array[] | undefined
  for (const page of readPages(bytes)) {
    serial ??= page.serial
    if (page.serial !== serial) continue
    if (!page.isContinued) parts = []
    else if (page.sequence !== previous + 1) parts = undefined
    previous = page.sequence
    let at = 0
    for (const length of page.lacing) {
      parts?.push(page.body.subarray(at, at + length))
      at += length
      if (length === 255) continue
      if (parts !== undefined) packets.push(Buffer.concat(parts))
      parts = []
    }
    if (page.granule >= 0) end = page.granule
    if (page.isLast) break
  }
  return { packets, end }
}

function* readPages(bytes: Uint8Array): Generator<Page> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 27 <= bytes.length;) {
    const page = view.getUint32(at) === 0x4f676753 ? readPage(bytes.subarray(at)) : undefined
    if (page !== undefined) yield page
    at += page?.length ?? 1
  }
}

function readPage(bytes: Uint8Array): Page | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lacing = bytes.subarray(27, 27 + bytes[26]!)
  const start = 27 + lacing.length
  const length = lacing.reduce((sum, size) => sum + size, start)
  if (length > bytes.length || checksum(bytes.subarray(0, length)) !== view.getUint32(22, true)) return undefined
  return {
    isContinued: (bytes[5]! & 1) !== 0,
    isLast: (bytes[5]! & 4) !== 0,
    granule: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    lacing,
    body: bytes.subarray(start, length),
    length,
  }
}

/** Of a page, whose own four bytes of checksum count as zeros. */
function checksum(page: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!
    crc = (crc << 8) ^ CRC32[(crc >>> 24) ^ byte]!
  }
  return crc >>> 0
}
