import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { astFeatures, kaldiFbank, melspectrogram, powerToDb, torchaudioMel, whisperFeatures } from '../audio/index.ts'
import { load } from '../audio/load.ts'
import { loadNpy } from '../codec/npy.ts'
import type { Tensor } from '../core/tensor.ts'
import { demoSounds } from './demo-sounds.ts'
import { type Failure, planSpectrograms, type PlanOptions, runSpectrograms } from './spectrogram.ts'
import { resolveSettings, type SpectrogramOptions } from './spectrogram-settings.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-spectrogram-'))
const sounds = join(root, 'sounds')
const file = join(sounds, 'yes/0001.wav')
beforeAll(() => void demoSounds(sounds, { count: 20 }))
afterAll(() => rmSync(root, { recursive: true }))
let runs = 0
const plan = (inputs: string[], options: Partial<PlanOptions> = {}): ReturnType<typeof planSpectrograms> =>
  planSpectrograms(inputs, { out: join(root, `out${runs++}`), ...options })

test('a plan is plain data, complete, and touches nothing', async () => {
  const out = join(root, 'untouched')
  const made = await planSpectrograms([sounds], { out, limit: 3, nMels: 64 })
  expect(JSON.parse(JSON.stringify(made))).toEqual(made)
  expect(made.items).toHaveLength(3)
  expect(made.items[0]).toEqual({ input: join(sounds, 'down/0001.wav'), output: join(out, 'down/0001.png') })
  expect(made.settings).toMatchObject({
    preset: 'story',
    sr: 22050,
    audio: { nFft: 1024, hopLength: 512, nMels: 64, fmin: 20, fmax: 8000 },
  })
  expect(readdirSync(root)).not.toContain('untouched')
})

test.each<[SpectrogramOptions, RegExp]>([
  [{ preset: 'whisper', nFft: 400 }, /whisper does not take nFft; it takes nMels/],
  [{ preset: 'ast', sr: 22050 }, /ast does not take sr/],
  [{ preset: 'torch' as 'story' }, /preset is story, librosa/],
  [{ sr: 0 }, /positive number of Hz/],
  [{ size: [10, 0] }, /size is a number of pixels/],
  [{ format: 'jpg' as 'png' }, /format is png, npy/],
  [{ hopLength: 0 }, /hopLength/],
  [{ window: 'han' as 'hann' }, /Unknown window/],
  [{ cmap: 'jet' as 'magma' }, /cmap/],
  [{ fmin: 9000 }, /fmin/],
  [{ preset: 'torchaudio', padMode: 'edge' }, /reflect or constant/],
  [{ preset: 'kaldi', window: 'bartlett' }, /windows/],
  [{ nfft: 3 } as SpectrogramOptions, /nfft/],
])('what no sound could be made with is refused before the first: %j', async (options, message) => {
  await expect(plan([sounds], options)).rejects.toThrow(message)
})

test('limit is a whole number', async () => {
  await expect(plan([sounds], { limit: 0 })).rejects.toMatchObject({ code: 'BAD_OPTION' })
})

test('undefined options are absent options', () => {
  expect(resolveSettings({ nFft: undefined } as unknown as SpectrogramOptions)).toEqual(resolveSettings())
})

const numbers: [SpectrogramOptions, number, (y: Float32Array) => Tensor<'float32'>][] = [
  [{}, 22050, (y) => powerToDb(melspectrogram(y, { nFft: 1024, power: 1, fmin: 20, fmax: 8000 }), { ref: 'max' })],
  [{ preset: 'librosa', hopLength: 256 }, 22050, (y) => powerToDb(melspectrogram(y, { hopLength: 256 }), { ref: 'max' })],
  [
    { sr: null, fmax: 4000, topDb: null, ref: 1 },
    16000,
    (y) => powerToDb(melspectrogram(y, { sr: 16000, nFft: 1024, power: 1, fmin: 20, fmax: 4000 }), { topDb: null }),
  ],
  [{ preset: 'torchaudio', htk: false, norm: 'slaney' }, 16000, (y) => torchaudioMel(y, { melScale: 'slaney', norm: 'slaney' })],
  [{ preset: 'kaldi', nMels: 40, window: 'hann' }, 16000, (y) => kaldiFbank(y, { numMelBins: 40, windowType: 'hanning' })],
  [{ preset: 'whisper', nMels: 128 }, 16000, (y) => whisperFeatures(y, { nMels: 128 })],
  [{ preset: 'ast' }, 16000, (y) => astFeatures(y)],
]
test.each(numbers)('numbers are those of the audio room: %j', async (options, sr, expected) => {
  const made = await plan([file], { ...options, format: 'npy' })
  expect(await runSpectrograms(made)).toMatchObject({ made: 1, failed: 0, total: 1, numWorkers: 0 })
  const [ours, theirs] = [loadNpy(readFileSync(made.items[0]!.output)), expected((await load(file, { sr })).y)]
  expect(ours.dims).toEqual(theirs.dims)
  expect(Buffer.from(ours.data.buffer).equals(new Uint8Array(theirs.data.buffer))).toBe(true)
})

test.each(['librosa', 'torchaudio', 'kaldi', 'whisper', 'ast'] as const)('%s can be drawn', async (preset) => {
  const made = await plan([file], { preset, format: 'png' })
  expect(await runSpectrograms(made)).toMatchObject({ made: 1 })
  expect(readFileSync(made.items[0]!.output).toString('latin1', 1, 4)).toBe('PNG')
})

test('failures name the stage, and an unwritable output is one', async () => {
  const folder = join(root, 'mixed')
  mkdirSync(join(folder, 'dir.wav'), { recursive: true })
  const y = readFileSync(file)
  writeFileSync(join(folder, 'short.wav'), y.subarray(0, 44 + 200))
  writeFileSync(join(folder, 'text.wav'), 'no sound')
  writeFileSync(join(folder, 'empty.wav'), '')
  const header = Buffer.from(y)
  header.writeUInt32LE(4_000_000_000, 24)
  writeFileSync(join(folder, 'fast.wav'), header)
  header.writeUInt32LE(24_000_000, 24)
  header.writeUInt32LE(400, 40)
  writeFileSync(join(folder, 'one.wav'), header.subarray(0, 444))
  writeFileSync(join(folder, 'blocked.wav'), y)
  const made = await plan([folder])
  made.items.push({ input: join(folder, 'gone.wav'), output: join(made.out, 'gone.png') })
  mkdirSync(join(made.out, 'blocked.png'), { recursive: true })
  const failures: Failure[] = []
  const report = await runSpectrograms(made, { onFailure: (failure) => failures.push(failure) })
  const told = Object.fromEntries(failures.map(({ input, stage, code }) => [input.slice(folder.length + 1), `${stage} ${code}`]))
  expect(told).toEqual({
    'blocked.wav': expect.stringMatching(/^write (EISDIR|ENOTEMPTY|EPERM)$/) as string,
    'empty.wav': 'decode AUDIO_EMPTY',
    'fast.wav': 'resample AUDIO_RATE',
    'gone.wav': 'read ENOENT',
    'one.wav': 'picture TOO_SHORT',
    'short.wav': 'decode AUDIO_TRUNCATED',
    'text.wav': 'decode AUDIO_FORMAT',
  })
  expect(report).toMatchObject({ made: 0, failed: 7, total: 7 })
  expect(readdirSync(made.out)).toEqual(['blocked.png'])
})

test('stop at the first failure; one that is short can be kept', async () => {
  const made = await plan([sounds])
  const report = await runSpectrograms(made, { onError: 'stop' })
  expect(report).toMatchObject({ failed: 1, stopped: 'failure' })
  expect(report.made).toBeLessThan(20)
})

test('a signal ends the run in good order', async () => {
  const made = await plan([sounds])
  const controller = new AbortController()
  const report = await runSpectrograms(made, { signal: controller.signal, onFailure: () => controller.abort() })
  expect(report).toMatchObject({ stopped: 'signal', total: 22 })
  expect(readdirSync(made.out, { recursive: true }).filter((name) => String(name).includes('.tmp-'))).toEqual([])
})

test('a folder that cannot be written to is told before work', async () => {
  writeFileSync(join(root, 'a-file'), '')
  const made = await planSpectrograms([file], { out: join(root, 'a-file', 'below') })
  await expect(runSpectrograms(made)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' })
})
