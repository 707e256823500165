import { describe, expect, it } from 'vitest'
import { MillraceError } from '../core/errors.ts'
import { decodeWav, encodeWav } from './wav.ts'

const code = (code: string): unknown => expect.objectContaining({ name: 'MillraceError', code })

interface Parts {
  id?: string
  tag?: number
  channels?: number
  sr?: number
  frameBytes?: number
  bits?: number
  dataSize?: number
  data?: Uint8Array
  before?: Uint8Array[]
}

const chunk = (id: string, body: Uint8Array, size = body.length): Uint8Array => {
  const out = Buffer.alloc(8 + body.length + (body.length & 1))
  out.write(id, 'latin1')
  out.writeUInt32LE(size, 4)
  out.set(body, 8)
  return out
}

function wav(parts: Parts = {}): Uint8Array {
  const { id = 'RIFF', tag = 1, channels = 1, sr = 8000, frameBytes = 2, bits = 16, data = new Uint8Array(20), before = [] } = parts
  const fmt = Buffer.alloc(16)
  fmt.writeUInt16LE(tag, 0)
  fmt.writeUInt16LE(channels, 2)
  fmt.writeUInt32LE(sr, 4)
  fmt.writeUInt16LE(frameBytes, 12)
  fmt.writeUInt16LE(bits, 14)
  const body = Buffer.concat([...before, chunk('fmt ', fmt), chunk('data', data, parts.dataSize ?? data.length)])
  return Buffer.concat([chunk(id, Buffer.from('WAVE'), body.length + 4), body])
}

describe('decodeWav', () => {
  it('reads whatever the bytes are a part of', () => {
    const whole = new Uint8Array(300)
    for (const subtype of ['PCM_16', 'PCM_32', 'FLOAT', 'DOUBLE'] as const) {
      const y = Float32Array.of(0.5, -0.25, 0.125)
      const file = encodeWav(y, 8000, { subtype })
      for (let at = 0; at < 9; at++) {
        whole.set(file, at)
        expect(decodeWav(whole.subarray(at, at + file.length))).toEqual({ channels: [y], sr: 8000, frames: 3, subtype })
      }
    }
  })

  it('gives samples of its own', () => {
    const file = encodeWav(Float32Array.of(0.5, 1), 8000, { subtype: 'FLOAT' })
    const { channels } = decodeWav(file)
    file.fill(0)
    expect(channels).toEqual([Float32Array.of(0.5, 1)])
  })

  it('keeps NaN and infinities of float files', () => {
    const y = Float32Array.of(NaN, Infinity, -Infinity, 2)
    expect(decodeWav(encodeWav(y, 8000, { subtype: 'DOUBLE' })).channels).toEqual([y])
  })

  it('takes an empty file for what it is', () => {
    expect(decodeWav(wav({ data: new Uint8Array(0) }))).toEqual({ channels: [new Float32Array(0)], sr: 8000, frames: 0, subtype: 'PCM_16' })
    expect(decodeWav(encodeWav([new Float32Array(0), new Float32Array(0)], 1)).channels).toHaveLength(2)
  })

  it('refuses samples that are not there, or keeps the rest', () => {
    const cut = wav({ dataSize: 22 })
    expect(() => decodeWav(cut, { name: 'a.wav' })).toThrow(/^a\.wav: the header promises 22 bytes of samples, 20 are there/)
    expect(decodeWav(cut, { truncated: 'keep' }).frames).toBe(10)
    const ds64 = Buffer.alloc(28)
    ds64.writeBigUInt64LE(1n << 60n, 8)
    const huge = wav({ id: 'RF64', before: [chunk('ds64', ds64)], dataSize: 0xffffffff })
    expect(() => decodeWav(huge)).toThrow(code('AUDIO_TRUNCATED'))
    expect(decodeWav(huge, { truncated: 'keep' }).frames).toBe(10)
    ds64.writeBigUInt64LE(6n, 8)
    expect(decodeWav(wav({ id: 'BW64', before: [chunk('ds64', ds64)], dataSize: 0xffffffff })).frames).toBe(3)
  })

  it.each([0, 0xffffffff, 0x7ffff000])('reads to the end where a pipe left the size %i', (dataSize) => {
    expect(decodeWav(wav({ dataSize })).frames).toBe(10)
  })

  it('refuses impossible headers by name', () => {
    expect(() => decodeWav(wav({ channels: 0, frameBytes: 0 }))).toThrow(/1 to 1024 channels; the header says 0/)
    expect(() => decodeWav(wav({ channels: 2000, frameBytes: 4000 }))).toThrow(code('AUDIO_HEADER'))
    expect(() => decodeWav(wav({ sr: 0 }))).toThrow(/0 Hz/)
    expect(() => decodeWav(wav({ frameBytes: 4 }))).toThrow(/1 channels of 16 bits, but 4 bytes a frame/)
    expect(() => decodeWav(wav({ bits: 12 }))).toThrow(/format 1 with 12 bits/)
    expect(() => decodeWav(wav({ tag: 2, bits: 4 }))).toThrow(code('AUDIO_FORMAT'))
    expect(() => decodeWav(wav({ tag: 0xfffe }))).toThrow(/needs 40 bytes/)
    expect(() => decodeWav(wav({ id: 'RIFX' }))).toThrow(/starts with 'RIFX/)
    expect(() => decodeWav(Buffer.from('hello, I am a text file'))).toThrow(code('AUDIO_FORMAT'))
    expect(() => decodeWav(new Uint8Array(0))).toThrow(code('AUDIO_TRUNCATED'))
    expect(() => decodeWav(wav({ before: [chunk('data', new Uint8Array(4))] }))).toThrow(/before a 'fmt ' chunk/)
    expect(() => decodeWav(wav({ before: [chunk('fmt ', new Uint8Array(8))] }))).toThrow(/8 of the 16 bytes/)
  })

  it('cut off anywhere, says so', () => {
    const whole = wav({ before: [chunk('JUNK', new Uint8Array(9))] })
    for (let end = 0; end < whole.length; end++) expect(() => decodeWav(whole.subarray(0, end)), `${end} bytes`).toThrow(MillraceError)
    expect(decodeWav(whole).frames).toBe(10)
  })

  it('answers any mutated header with samples or a MillraceError', () => {
    let state = 12345
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    const seeds = [
      wav(),
      wav({ id: 'RF64', before: [chunk('ds64', new Uint8Array(28))], dataSize: 0xffffffff }),
      wav({ channels: 2, frameBytes: 4 }),
    ]
    let [read, refused] = [0, 0]
    for (let i = 0; i < 20_000; i++) {
      const file = Uint8Array.from(seeds[i % seeds.length] ?? [])
      for (let k = random(6); k >= 0; k--) file[random(file.length)] = [0, 1, 255, 127, 128, random(256)][random(6)] ?? 0
      try {
        const { channels, frames } = decodeWav(file.subarray(0, random(4) ? file.length : random(file.length)), { truncated: 'keep' })
        expect(channels.every((y) => y.length === frames)).toBe(true)
        expect(frames * channels.length).toBeLessThanOrEqual(file.length)
        read++
      } catch (error) {
        expect(error).toBeInstanceOf(MillraceError)
        refused++
      }
    }
    expect(Math.min(read, refused)).toBeGreaterThan(2000)
  })

  it('does not walk endless chunks', () => {
    const file = Buffer.alloc(12 + 8 * 20_000)
    file.set(Buffer.from('RIFF....WAVE'))
    expect(() => decodeWav(file)).toThrow(/among the first 10000 chunks/)
  })
})

describe('encodeWav', () => {
  it('refuses what a WAV file cannot hold', () => {
    const y = Float32Array.of(0, NaN)
    expect(() => encodeWav(y, 8000)).toThrow(/Sample 1 of channel 0 is NaN/)
    for (const sr of [0, -1, 22050.5, NaN, 2 ** 32]) expect(() => encodeWav(new Float32Array(1), sr)).toThrow(code('AUDIO_RATE'))
    expect(() => encodeWav([], 8000)).toThrow(code('AUDIO_SHAPE'))
    expect(() => encodeWav([new Float32Array(2), new Float32Array(3)], 8000)).toThrow(/received 2: 2, 3/)
  })
})
