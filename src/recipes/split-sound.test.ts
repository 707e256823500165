import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { goldenJson } from '../../golden/read.ts'
import { decodeWav, encodeWav, load } from '../audio/index.ts'
import { cutRecording as cutBySettings } from './split-clips.ts'
import { type Clip, type CutOptions, type LastRule, resolveCut } from './split-plan.ts'
import { openRecording, type Recording, type SoundOptions } from './split-sound.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-split-'))
afterAll(() => rmSync(folder, { recursive: true }))
const goldens = fileURLToPath(new URL('../../golden/', import.meta.url))
const sounds = join(goldens, 'load', 'files')
const wavs = readdirSync(sounds).filter((name) => name.endsWith('.wav'))

const cutRecording = (recording: Recording, options: CutOptions): Clip[] => cutBySettings(recording, resolveCut(options))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function using<R>(file: string, use: (recording: Recording) => R, options?: SoundOptions): Promise<R> {
  const recording = await openRecording(file, options)
  try {
    return use(recording)
  } finally {
    recording.close()
  }
}

function temporary(bytes: Uint8Array): string {
  const file = join(folder, `${Math.random()}.wav`)
  writeFileSync(file, bytes)
  return file
}

interface Case {
  file: string
  seconds: number
  overlap: number
  last: LastRule
  clips: [number, number][]
  sha256?: string[]
  samples?: string[]
  subtype?: string
}

describe("clips are Python's", () => {
  const cases = goldenJson<Case[]>('split/cases.json')
  test.each(cases.filter((each) => each.sha256 !== undefined))('byte for byte: $file, $seconds s, $overlap, $last', (each) =>
    using(join(goldens, each.file), (recording) => {
      const clips = cutRecording(recording, each)
      expect(clips.map(({ from, to }) => [from, to])).toEqual(each.clips)
      expect(clips.map((clip) => sha256(recording.clip(clip)))).toEqual(each.sha256)
    }),
  )

  test.each(cases.filter((each) => each.samples !== undefined))('sample for sample: $file', (each) =>
    using(join(goldens, each.file), (recording) => {
      expect(recording.subtype).toBe(each.subtype)
      const clips = cutRecording(recording, each)
      expect(clips.map(({ from, to }) => [from, to])).toEqual(each.clips)
      const samples = clips.map((clip) => {
        const { channels, subtype } = decodeWav(recording.clip(clip))
        expect(subtype).toBe(each.subtype)
        return sha256(Buffer.concat(channels.map((y) => new Uint8Array(y.buffer, y.byteOffset, y.byteLength))))
      })
      expect(samples).toEqual(each.samples)
    }),
  )
})

/** What stands in a file's chunks of this name. */
function chunk(bytes: Uint8Array, wanted: string): Buffer | undefined {
  const file = Buffer.from(bytes)
  for (let at = 12; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4)
    if (file.toString('latin1', at, at + 4) === wanted) return file.subarray(at + 8, at + 8 + length)
    at += 8 + length + (length & 1)
  }
  return undefined
}

describe('every encoding', () => {
  test.each(wavs)('%s: the reader agrees with decodeWav, and clips reassemble the recording byte for byte', (name) =>
    using(join(sounds, name), (recording) => {
      const whole = decodeWav(readFileSync(join(sounds, name)))
      expect({ ...recording, channels: recording.channels }).toMatchObject({
        sr: whole.sr,
        frames: whole.frames,
        subtype: whole.subtype,
        channels: whole.channels.length,
      })
      const clips = cutRecording(recording, { seconds: 37 / recording.sr }).map((clip) => recording.clip(clip).slice())
      for (const clip of clips) expect(clip.length % 2).toBe(0)
      const data = Buffer.concat(clips.map((clip) => chunk(clip, 'data')!))
      const all = recording.clip({ from: 0, to: recording.frames, pad: 0 }).slice()
      expect(data.equals(chunk(all, 'data')!)).toBe(true)
      expect(readFileSync(join(sounds, name)).indexOf(data)).toBeGreaterThan(0)
      expect(decodeWav(all)).toEqual(whole)
    }),
  )

  test('an extensible header keeps its speakers, valid bits and format', async () => {
    const source = chunk(readFileSync(join(sounds, 'wavex-6.wav')), 'fmt ')!
    const clip = await using(join(sounds, 'wavex-6.wav'), (recording) => recording.clip({ from: 3, to: 8, pad: 0 }))
    expect(source.readUInt32LE(20)).toBeGreaterThan(0)
    expect(chunk(clip, 'fmt ')!.equals(source.subarray(0, 40))).toBe(true)
  })

  test('samples that are no integers have their count in a fact chunk', async () => {
    for (const name of ['float-2.wav', 'alaw-1.wav', 'double-1.wav']) {
      const clip = await using(join(sounds, name), (recording) => recording.clip({ from: 3, to: 8, pad: 2 }))
      expect(chunk(clip, 'fact')!.readUInt32LE()).toBe(7)
      expect(chunk(clip, 'fmt ')!.length).toBe(18)
    }
  })

  test.each(wavs)('%s: padding is silence', (name) =>
    using(join(sounds, name), (recording) => {
      const { channels, frames } = decodeWav(recording.clip({ from: 5, to: 9, pad: 6 }))
      expect(frames).toBe(10)
      for (const [c, y] of channels.entries()) {
        expect([...y.subarray(0, 4)]).toEqual([...recording.samples(5, 9)[c]!])
        // A-law has no zero.
        for (const value of y.subarray(4)) expect(Math.abs(value)).toBeLessThanOrEqual(recording.subtype === 'ALAW' ? 8 / 32768 : 0)
      }
    }),
  )

  test('other encodings on request', async () => {
    const y = (await using(join(sounds, 'pcm_16-2.wav'), (recording) => recording.samples(10, 30)))[1]!
    for (const subtype of ['PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE'] as const) {
      const clip = await using(join(sounds, 'pcm_16-2.wav'), (recording) => recording.clip({ from: 10, to: 30, pad: 1 }), { subtype })
      const decoded = decodeWav(clip)
      expect(decoded.subtype).toBe(subtype)
      expect([...decoded.channels[1]!]).toEqual([...y, 0])
    }
  })
})

test.each(['16k.flac', '44k-stereo-24.flac', '44k-stereo.mp3', '16k.ogg', '48k-6.opus'])('%s: decoded, nothing lost', async (name) => {
  const { y, sr } = await load(join(sounds, name), { sr: null, mono: false })
  await using(join(sounds, name), (recording) => {
    expect(recording).toMatchObject({ sr, channels: y.length, frames: y[0]!.length, subtype: 'FLOAT' })
    const { channels, subtype } = decodeWav(recording.clip({ from: 100, to: 200, pad: 5 }))
    expect(subtype).toBe('FLOAT')
    expect(channels).toEqual(y.map((channel) => Float32Array.from([...channel.subarray(100, 200), 0, 0, 0, 0, 0])))
  })
  const clip = await using(join(sounds, name), (recording) => recording.clip({ from: 100, to: 200, pad: 0 }), { subtype: 'PCM_16' })
  expect(clip).toEqual(encodeWav(y.map((channel) => channel.subarray(100, 200)), sr)) // prettier-ignore
})

describe('files that lie', () => {
  const whole = readFileSync(join(sounds, 'pcm_16-2.wav'))
  const at = whole.indexOf('data') + 4
  const changed = (offset: number, value: number): Buffer => {
    const bytes = Buffer.from(whole)
    bytes.writeUInt32LE(value, offset)
    return bytes
  }

  test('more samples promised than there are: an error, or what is there', async () => {
    const file = temporary(whole.subarray(0, -6))
    await expect(openRecording(file)).rejects.toMatchObject({ code: 'AUDIO_TRUNCATED' })
    expect(await using(file, ({ frames }) => frames, { truncated: 'keep' })).toBe(99)
  })

  test.each([0, 0xffffffff, 0x7ffff000])('a size of %i, as pipes leave it, is all there is', async (size) =>
    expect(await using(temporary(changed(at, size)), ({ frames }) => frames)).toBe(101),
  )

  test('a size that is no whole number of frames, an odd one, and what follows the samples', async () => {
    const file = temporary(Buffer.concat([changed(at, 399), Buffer.from('LIST\x04\0\0\0abcd', 'latin1')]))
    expect(await using(file, ({ frames }) => frames)).toBe(99)
  })

  test('bytes at random are an error or a sound, as decodeWav has it', async () => {
    const mutation = fc.array(fc.tuple(fc.nat(59), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('pcm_16-2.wav', 'rf64.wav', 'wavex-6.wav', 'float-1.wav'), mutation, async (name, changes) => {
        const bytes = readFileSync(join(sounds, name))
        for (const [offset, value] of changes) bytes[offset] = value
        const file = temporary(bytes)
        const expected = outcome(() => decodeWav(bytes))
        const read = await using(file, (recording) => ({
          ...recording,
          whole: decodeWav(recording.clip({ from: 0, to: recording.frames, pad: 0 })),
        })).catch((error: unknown) => error as Error & { code: string })
        rmSync(file)
        if (expected instanceof Error) expect(read).toMatchObject({ code: expect.stringMatching(/^AUDIO_/) })
        else expect('whole' in read && read.whole).toEqual(expected)
      }),
      { seed: 5, numRuns: 500 },
    )
  })

  test('a ds64 chunk that is too short is refused, as decodeWav does', async () => {
    const bytes = readFileSync(join(sounds, 'rf64.wav'))
    bytes.writeUInt32LE(20, 16)
    expect(outcome(() => decodeWav(bytes))).toMatchObject({ code: 'AUDIO_HEADER' })
    await expect(openRecording(temporary(bytes))).rejects.toMatchObject({ code: 'AUDIO_HEADER' })
  })

  test.each([
    ['no such file', join(folder, 'none.wav'), 'AUDIO_FILE'],
    ['a folder', folder, 'AUDIO_FILE'],
    ['an empty file', temporary(new Uint8Array(0)), 'AUDIO_EMPTY'],
    ['text', temporary(Buffer.from('file,start,end,label\n')), 'AUDIO_FORMAT'],
    ['a big-endian file', temporary(Buffer.from(whole).fill('RIFX', 0, 4)), 'AUDIO_FORMAT'],
    ['a header and no more', temporary(whole.subarray(0, 30)), 'AUDIO_TRUNCATED'],
  ])('%s is an error that names the file', async (_, file, code) =>
    expect(openRecording(file)).rejects.toMatchObject({ code, message: expect.stringContaining(file) }),
  )

  function outcome<T>(work: () => T): T | Error {
    try {
      return work()
    } catch (error) {
      return error as Error
    }
  }
})

test('an RF64 file of more than 4 GiB is cut at its far end', async () => {
  const header = Buffer.alloc(80)
  header.write('RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0', 'latin1')
  const size = 5 * 2 ** 30
  header.writeBigUInt64LE(BigInt(size + 72), 20)
  header.writeBigUInt64LE(BigInt(size), 28)
  header.write('fmt \x10\0\0\0\x01\0\x01\0', 48, 'latin1')
  header.writeUInt32LE(8000, 60)
  header.writeUInt32LE(16_000, 64)
  header.write('\x02\0\x10\0data\xff\xff\xff\xff', 68, 'latin1')
  const file = temporary(header)
  // Nothing is on the disk but these four samples.
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Int16Array.of(1, 2, 3, 4), 0, 8, 80 + size - 8)
  closeSync(descriptor)
  await using(file, (recording) => {
    expect(recording).toMatchObject({ frames: size / 2, sr: 8000, channels: 1, subtype: 'PCM_16' })
    const last = cutRecording(recording, { seconds: 30, last: 'shift' }).at(-1)!
    const data = chunk(recording.clip({ from: last.from, to: last.to, pad: 0 }), 'data')!
    expect(data.length).toBe(30 * 16_000)
    expect([...data.subarray(-10)]).toEqual([0, 0, 1, 0, 2, 0, 3, 0, 4, 0])
    expect(() => recording.clip({ from: 0, to: recording.frames, pad: 0 })).toThrow(expect.objectContaining({ code: 'AUDIO_TOO_LARGE' }))
  })
  rmSync(file)
})

describe('silence', () => {
  /** Two words of half a second, a second apart, at 8 kHz; silence before and behind. */
  const SR = 8000
  const y = Float32Array.from({ length: 3 * SR }, (_, i) => {
    const t = i / SR
    return (t >= 0.5 && t < 1) || (t >= 2 && t < 2.5) ? 0.5 * Math.sin(2 * Math.PI * 440 * t) : 0
  })
  const file = temporary(encodeWav([y, new Float32Array(y.length)], SR))
  const cut = (options: Parameters<typeof cutRecording>[1]): Promise<[number, number, number][]> =>
    using(file, (recording) => cutRecording(recording, options).map(({ from, to, pad }) => [from / SR, to / SR, pad / SR]))

  test('splits into the sounds', async () => expect(await cut({ silence: -40 })).toEqual([[0.4, 1.1, 0], [1.9, 2.6, 0]])) // prettier-ignore
  test('with a length, sounds are cut as recordings of their own', async () => {
    expect(await cut({ silence: -40, keepSilence: 0, seconds: 0.3 })).toEqual([[0.5, 0.8, 0], [0.8, 1, 0], [2, 2.3, 0], [2.3, 2.5, 0]]) // prettier-ignore
    expect(await cut({ silence: -40, keepSilence: 0, seconds: 1, last: 'pad' })).toEqual([[0.5, 1, 0.5], [2, 2.5, 0.5]]) // prettier-ignore
  })
  test('silences that are shorter than asked for stay', async () =>
    expect(await cut({ silence: -40, minSilence: 1.1 })).toEqual([[0, 3, 0]])) // prettier-ignore
  test('a cut moves to where it is quiet, and only back', async () => {
    const clips = await cut({ seconds: 2.2, snap: 0.5 })
    expect(clips.map(([from]) => from)).toEqual([0, expect.closeTo(1.97, 1)])
    expect(clips[0]![1]).toBeLessThan(2)
    expect(clips[1]![1]).toBe(3)
  })
})
