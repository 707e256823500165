import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { load } from './load.ts'

afterEach(() => vi.restoreAllMocks())

const read = (file: string): Buffer => readFileSync(new URL(`../../golden/load/files/${file}`, import.meta.url))

/** A few bytes changed; of every third also the end cut off. */
function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomOf(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const out = Uint8Array.from(bytes)
  for (let n = below(20); n >= 0; n--) out[below(random() < 0.3 ? 200 : out.length)] = below(256)
  return seed % 3 === 0 ? out.subarray(0, below(out.length)) : out
}

it.each(['16k.flac', '44k-stereo-24.flac', '16k.mp3', '44k-stereo.mp3', '44k-stereo.ogg', '16k.opus', '48k-stereo.opus'])(
  '50 damaged copies of %s give samples or a MillraceError, and print nothing',
  { timeout: 60_000 },
  async (file) => {
    const print = vi.spyOn(console, 'error')
    const bytes = read(file)
    const whole = await load(bytes, { sr: null })
    let failed = 0
    for (let seed = 0; seed < 50; seed++) {
      try {
        const { y } = await load(mutate(bytes, seed), { sr: null, truncated: seed % 2 === 0 ? 'keep' : 'error' })
        expect(y.length).toBeGreaterThan(0)
        // No decoder makes up more than the file could have held.
        expect(y.length).toBeLessThan(2 * whole.y.length)
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        failed++
      }
    }
    expect(failed).toBeGreaterThan(0)
    expect(print).not.toHaveBeenCalled()
    expect(await load(bytes, { sr: null })).toEqual(whole)
  },
)
