import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { load, type LoadOptions } from './load.ts'
import { decodeWav, encodeWav } from './wav.ts'

interface Case {
  kind: 'decodeWav' | 'encodeWav' | 'load'
  file: string
  sr: number
  shape: number[]
  subtype: 'PCM_16'
  options: LoadOptions
}

const folder = new URL('../../golden/load/', import.meta.url)
const path = (file: string): string => fileURLToPath(new URL(`files/${file}`, folder))
const cases = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as Case[]
const samples = new Float32Array(new Uint8Array(readFileSync(new URL('expected.f32', folder))).buffer)

let end = 0
const goldens = cases.map((c) => {
  const size = c.shape.reduce((a, b) => a * b, 1)
  const data = samples.subarray(end, (end += size))
  const frames = c.shape.at(-1) ?? 0
  const channels = Array.from({ length: c.shape.length > 1 ? (c.shape[0] ?? 0) : 1 }, (_, i) => data.subarray(i * frames, (i + 1) * frames))
  return { c, channels, title: `${c.file} ${JSON.stringify(c.options ?? {})}` }
})
const of = (kind: Case['kind']): typeof goldens => goldens.filter(({ c }) => c.kind === kind)

// Lossy decoders are another build than libsndfile's: up to 9e-7 was measured for MP3, 2e-7 for Vorbis and Opus.
const tolerance = ({ file, options, sr }: Case): number => {
  if (/\.(mp3|ogg|opus)$/.test(file)) return file.endsWith('.mp3') ? 2e-6 : 1e-6
  return options.sr === null || file.startsWith(`${sr / 1000}k`) ? 0 : 1e-6
}

describe('goldens of soundfile and librosa', () => {
  it.each(of('decodeWav'))('decodeWav $c.file', ({ c, channels }) => {
    const wav = decodeWav(readFileSync(path(c.file)))
    expect(wav).toEqual({ channels, sr: c.sr, frames: channels[0]?.length, subtype: c.subtype })
  })

  it.each(of('encodeWav'))('encodeWav $c.file', ({ c, channels }) => {
    const expected = readFileSync(path(c.file))
    const bytes = encodeWav(channels.length === 1 ? (channels[0] ?? []) : channels, c.sr, { subtype: c.subtype })
    // soundfile puts a chunk with a time of day into float files.
    if (/float|double/.test(c.file)) expect(decodeWav(bytes)).toEqual(decodeWav(expected))
    else expect(Buffer.compare(bytes, expected)).toBe(0)
  })

  it.each(of('load'))('load $title', async ({ c, channels }) => {
    const { y, sr } = await load(path(c.file), c.options as { mono: false })
    const got = y instanceof Float32Array ? [y] : y
    expect(sr).toBe(c.sr)
    expect(got.map(({ length }) => length)).toEqual(channels.map(({ length }) => length))
    const errors = channels.map((channel, i) => channel.reduce((worst, v, j) => Math.max(worst, Math.abs(v - (got[i]?.[j] ?? NaN))), 0))
    expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance(c))
    expect(await load(readFileSync(path(c.file)), c.options as { mono: false })).toEqual({ y, sr })
  })

  it('uses every golden sample', () => expect(end).toBe(samples.length))
})

describe('load', () => {
  const tmp = mkdtempSync(join(tmpdir(), 'load-'))
  afterAll(() => rmSync(tmp, { recursive: true }))
  const write = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(tmp, name), bytes)
    return join(tmp, name)
  }
  const ramp = Float32Array.from({ length: 400_000 }, (_, i) => (i % 30_000) / 32_768)

  it('reads a part of a long file', async () => {
    const file = write('long.wav', encodeWav([ramp, ramp.map((x) => -x)], 1000))
    const { y } = await load(file, { sr: null, offset: 390, duration: 2.5, mono: false })
    expect(y[0]).toEqual(ramp.subarray(390_000, 392_500))
    expect((await load(file, { sr: null })).y).toEqual(new Float32Array(400_000))
    expect((await load(file, { sr: null, offset: 400 })).y).toHaveLength(0)
  })

  it('keeps decoders apart and fresh, in any order and at once', async () => {
    const files = ['16k.flac', '44k-stereo-24.flac', '16k.ogg', '44k-stereo.ogg', '48k-3.flac', '16k.mp3', '48k-stereo.opus']
    const alone = new Map<string, unknown>()
    for (const file of files) alone.set(file, await load(path(file), { sr: null }))
    const broken = readFileSync(path('16k.flac')).subarray(0, 3000)
    const mixed = [...files, ...files.toReversed(), ...files]
    for (const file of mixed) {
      await expect(load(broken)).rejects.toThrow(/promises 3200 samples, 0 could be decoded/)
      expect(await load(path(file), { sr: null })).toEqual(alone.get(file))
    }
    const all = await Promise.all(mixed.map((file) => load(path(file), { sr: null })))
    all.forEach((sound, i) => expect(sound).toEqual(alone.get(mixed[i] ?? '')))
  })

  it.each([
    ['AIFF', 'FORM\0\0\x01\0AIFF'],
    ['AIFF', 'FORM\0\0\x01\0AIFC'],
    ['CAF', 'caff\0\x01\0\0'],
    ['MP4 \\(M4A\\)', '\0\0\0\x20ftypM4A '],
    ['AAC', '\xff\xf1\x50\x80'],
    ['WebM', '\x1aE\xdf\xa3'],
    ['WMA', '0&\xb2u\x8ef\xcf\x11'],
    ['FLAC in Ogg', `OggS${'\0'.repeat(22)}\x01\x33\x7fFLAC`],
  ])('refuses %s by its name', async (name, start) => {
    const message = new RegExp(`^audio \\(bytes\\): ${name} cannot be decoded here\\. Convert it: ffmpeg`)
    await expect(load(Buffer.from(start, 'latin1'))).rejects.toThrow(message)
  })

  it('names the file and what is wrong with it', async () => {
    const flac = readFileSync(path('16k.flac'))
    const bad: [file: string, message: RegExp, options?: LoadOptions][] = [
      [join(tmp, 'none.wav'), /none\.wav: the file cannot be read: ENOENT/],
      [tmp, /cannot be read: it is a directory/],
      [write('empty.wav', ''), /empty\.wav: the file is empty/],
      [write('notes.wav', 'these are my notes\n'), /notes\.wav: not WAV, .* starts with the bytes 74 68 65/],
      [write('cut.wav', encodeWav(ramp, 8000).subarray(0, 5000)), /cut\.wav: the header promises 800000 bytes of samples, 4956 are there/],
      [
        write('cut.flac', flac.subarray(0, 3000)),
        /cut\.flac: the header promises 3200 samples, 0 could be decoded: the frame at byte [0-9]+: the file ends within it/,
      ],
      [write('junk.mp3', Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(10, 0x55)])), /junk\.mp3: the mp3 decoder/],
      [write('pipe.ogg', 'OggS'), /pipe\.ogg: not WAV, /],
      [write('junk.ogg', readFileSync(path('16k.ogg')).subarray(0, 60)), /junk\.ogg: the vorbis decoder/],
      [
        write('nan.wav', encodeWav(Float32Array.of(0, NaN), 22050, { subtype: 'FLOAT' })),
        /nan\.wav: Samples must be finite; sample 1 is NaN/,
      ],
      [path('16k.wav'), /16k\.wav: offset is 9 s, but the sound ends after 0\.2 s/, { offset: 9 }],
      [path('16k.wav'), /16k\.wav: duration is a number of seconds/, { duration: -1 }],
      [path('16k.wav'), /16k\.wav: targetSr must be/, { sr: NaN }],
      [path('16k.wav'), /16k\.wav: Rates may differ/, { sr: 0.01 }],
      [write('1hz.wav', encodeWav(ramp, 1)), /1hz\.wav: the header says 1 Hz, and only from 100 to 1000000 Hz/],
      [write('4ghz.wav', encodeWav(ramp, 4e9)), /4ghz\.wav: the header says 4000000000 Hz/],
    ]
    for (const [file, message, options] of bad) await expect(load(file, options as { mono: true }), file).rejects.toThrow(message)
    expect((await load(join(tmp, '1hz.wav'), { sr: null })).sr).toBe(1)
    expect((await load(join(tmp, '1hz.wav'), { sr: 1 })).y).toEqual(ramp)
    await expect(load(new Uint8Array(0))).rejects.toThrow(/^audio \(bytes\): the file is empty/)
  })

  it('keeps what is there when asked', async () => {
    const file = write('short.wav', encodeWav(ramp, 8000))
    truncateSync(file, 44 + 2001)
    expect((await load(file, { sr: null, truncated: 'keep' })).y).toEqual(ramp.subarray(0, 1000))
    const flac = readFileSync(path('44k-stereo-24.flac'))
    const { y } = await load(flac.subarray(0, flac.length / 2), { sr: null, truncated: 'keep' })
    expect(y.length).toBeGreaterThan(1000)
    expect(y).toEqual((await load(flac, { sr: null })).y.subarray(0, y.length))
  })
})
