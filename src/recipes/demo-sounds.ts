import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { speak, vocabulary } from './demo-voice.ts'

export interface DemoSoundsOptions {
  /** How many sounds to write, spread evenly over the ten words. Default 1000. */
  count?: number
  /** The same seed gives the same bytes. Default 7. */
  seed?: number
  /** Plant two files that are not sounds: a wav cut short and a text named `.wav`. Default true. */
  broken?: boolean
}

export interface DemoSounds {
  /** Every file, broken ones included, as sorted paths with `/` relative to the folder: `yes/0001.wav`. */
  files: string[]
  /** The files among them that no reader should accept. */
  broken: string[]
  /** The folder names, which are the labels. */
  words: string[]
}

const sampleRate = 16_000

/**
 * Fills `folder` with one-second sounds to try a pipeline on: 16 kHz, 16-bit mono wavs of ten synthetic words, spoken by a
 * formant synthesiser at varied pitch, speed and loudness over varied noise. Files are written whole (a temporary name, then
 * a rename), and those already there with the same bytes are left alone.
 *
 * @throws MillraceError `BAD_OPTION` when `count` or `seed` is not a whole number of at least 0.
 */
export function demoSounds(folder: string, { count = 1000, seed = 7, broken = true }: DemoSoundsOptions = {}): DemoSounds {
  for (const [name, value] of Object.entries({ count, seed })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new MillraceError('BAD_OPTION', `demoSounds: ${name} must be a whole number of at least 0, but is ${value}.`)
    }
  }
  const words = Object.keys(vocabulary)
  for (const word of words) mkdirSync(join(folder, word), { recursive: true })
  const sounds: string[] = []
  for (let index = 0; index < count; index++) {
    const word = words[index % words.length] as string
    const number = Math.floor(index / words.length) + 1
    sounds.push(put(folder, `${word}/${String(number).padStart(4, '0')}.wav`, wav(speak(word, seed, number, sampleRate))))
  }
  const spoiled = broken
    ? [
        put(folder, 'stop/truncated.wav', wav(speak('stop', seed, 0, sampleRate)).subarray(0, 30)),
        put(folder, 'up/not-a-sound.wav', Buffer.from('This is a text that someone has named .wav.\n')),
      ]
    : []
  return { files: [...sounds, ...spoiled].sort(), broken: spoiled, words }
}

function put(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  if (!holds(path, bytes)) {
    const partial = join(dirname(path), `.${process.pid}.partial`)
    writeFileSync(partial, bytes)
    renameSync(partial, path)
  }
  return name
}

function holds(path: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(path).equals(bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** A wav file of 16-bit mono samples: the 44-byte RIFF header, then the data. */
function wav(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(44 + samples.length * 2)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8, 'latin1')
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20) // PCM
  bytes.writeUInt16LE(1, 22) // one channel
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE(sampleRate * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36, 'latin1')
  bytes.writeUInt32LE(samples.length * 2, 40)
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i] as number, 44 + i * 2)
  return bytes
}
