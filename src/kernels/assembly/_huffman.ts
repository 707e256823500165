// Huffman codes with a limit on their length; ../huffman-plain.ts says how.

const keys: usize = memory.data(2 * 288 * 8, 8)
const weights: usize = memory.data(288 * 4, 4)
const bins: usize = memory.data(256 * 4, 4)
const used: usize = memory.data(17 * 4, 4)

/** Sorts `n` keys of `count << 16 | symbol` by radix, and returns where they then are. */
function sorted(n: i32): usize {
  let from = keys
  let to = keys + 288 * 8
  for (let shift: u64 = 16; shift < 40; shift += 8) {
    memory.fill(bins, 0, 256 * 4)
    for (let i = 0; i < n; i++) {
      const bin = bins + ((<usize>(load<u64>(from + (i << 3)) >> shift) & 255) << 2)
      store<u32>(bin, load<u32>(bin) + 1)
    }
    let sum: u32 = 0
    for (let bin = bins; bin < bins + 256 * 4; bin += 4) {
      const count = load<u32>(bin)
      store<u32>(bin, sum)
      sum += count
    }
    for (let i = 0; i < n; i++) {
      const key = load<u64>(from + (i << 3))
      const bin = bins + ((<usize>(key >> shift) & 255) << 2)
      const place = load<u32>(bin)
      store<u32>(bin, place + 1)
      store<u64>(to + (place << 3), key)
    }
    const swap = from
    from = to
    to = swap
  }
  return from
}

// @ts-ignore: decorator
@inline
function at(i: i32): i32 {
  return load<i32>(weights + (i << 2))
}

// @ts-ignore: decorator
@inline
function set(i: i32, value: i32): void {
  store<i32>(weights + (i << 2), value)
}

/** Turns the `n` rising weights into depths. */
function minimumRedundancy(n: i32): void {
  set(0, at(0) + at(1))
  let root = 0
  let leaf = 2
  for (let next = 1; next < n - 1; next++) {
    if (leaf >= n || at(root) < at(leaf)) {
      set(next, at(root))
      set(root++, next)
    } else set(next, at(leaf++))
    if (leaf >= n || (root < next && at(root) < at(leaf))) {
      set(next, at(next) + at(root))
      set(root++, next)
    } else set(next, at(next) + at(leaf++))
  }
  set(n - 2, 0)
  for (let next = n - 3; next >= 0; next--) set(next, at(at(next)) + 1)
  let free = 1
  let depth = 0
  root = n - 2
  for (let next = n - 1; free > 0; depth++) {
    let inner = 0
    while (root >= 0 && at(root) == depth) {
      inner++
      root--
    }
    for (; free > inner; free--) set(next--, depth)
    free = 2 * inner
  }
}

/** Fills `codes[symbol] = code | length << 16`, all u32, from `n` counts. */
export function huffman(counts: usize, n: i32, limit: i32, codes: usize): void {
  let symbols = 0
  memory.fill(codes, 0, n << 2)
  for (let symbol = 0; symbol < n; symbol++) {
    const count = load<u32>(counts + (symbol << 2))
    if (count) store<u64>(keys + (symbols++ << 3), (<u64>count << 16) | symbol)
  }
  for (let symbol = 0; symbols < 2; symbol++) {
    if (!load<u32>(counts + (symbol << 2))) store<u64>(keys + (symbols++ << 3), (1 << 16) | symbol)
  }
  const order = sorted(symbols)
  for (let i = 0; i < symbols; i++) set(i, <i32>(load<u64>(order + (i << 3)) >> 16))
  minimumRedundancy(symbols)

  memory.fill(used, 0, 17 * 4)
  let room = 0
  for (let i = 0; i < symbols; i++) {
    const depth = min(at(i), limit)
    const slot = used + (depth << 2)
    store<u32>(slot, load<u32>(slot) + 1)
    room += 1 << (limit - depth)
  }
  for (; room > 1 << limit; room--) {
    const longest = used + (limit << 2)
    store<u32>(longest, load<u32>(longest) - 1)
    let shorter = longest - 4
    while (!load<u32>(shorter)) shorter -= 4
    store<u32>(shorter, load<u32>(shorter) - 1)
    store<u32>(shorter + 4, load<u32>(shorter + 4) + 2)
  }
  let next = 0
  for (let length = limit; length > 0; length--) {
    for (let k = load<u32>(used + (length << 2)); k > 0; k--) {
      const symbol = <usize>load<u64>(order + (next++ << 3)) & 0xffff
      store<u32>(codes + (symbol << 2), length << 16)
    }
  }
  // `used` becomes the first code of each length.
  let code: u32 = 0
  for (let length = 1; length <= limit; length++) {
    const count = load<u32>(used + (length << 2))
    store<u32>(used + (length << 2), code)
    code = (code + count) << 1
  }
  for (let symbol = 0; symbol < n; symbol++) {
    const length = load<u32>(codes + (symbol << 2)) >> 16
    if (!length) continue
    const slot = used + (length << 2)
    let code = load<u32>(slot)
    store<u32>(slot, code + 1)
    let reversed: u32 = 0
    for (let k: u32 = 0; k < length; k++, code >>= 1) reversed = (reversed << 1) | (code & 1)
    store<u32>(codes + (symbol << 2), (length << 16) | reversed)
  }
}
