import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'

/**
 * One sound of speech. `formants` are the resonances of the mouth in Hz (vowels: Peterson & Barney 1952, men), `voice` and
 * `noise` the loudness of the vocal folds and of the breath, `hiss` the centre of that breath in Hz, `ms` the usual length.
 */
interface Phone {
  formants: [number, number, number]
  voice: number
  noise: number
  hiss: number
  ms: number
}

const voiced = (ms: number, formants: Phone['formants'], voice = 1): Phone => ({ formants, voice, noise: 0, hiss: 2500, ms })
const breath = (ms: number, hiss: number, noise: number, formants: Phone['formants']): Phone => ({ formants, voice: 0, noise, hiss, ms })
const closure = (formants: Phone['formants'], voice = 0): Phone => voiced(55, formants, voice)

const ee: Phone['formants'] = [270, 2290, 3010]
const ah: Phone['formants'] = [730, 1090, 2440]
const eh: Phone['formants'] = [530, 1840, 2480]
const aw: Phone['formants'] = [570, 840, 2410]
const oo: Phone['formants'] = [300, 870, 2240]
const uh: Phone['formants'] = [640, 1190, 2390]
const alveolar: Phone['formants'] = [300, 1750, 2700]
const labial: Phone['formants'] = [300, 800, 2200]

const n = voiced(80, [250, 1450, 2500], 0.35)
const l = voiced(80, [310, 1050, 2880], 0.5)
const s = breath(150, 5800, 0.5, alveolar)
const f = breath(140, 4300, 0.2, labial)
const t = [closure(alveolar), breath(35, 4500, 0.6, alveolar)]
const p = [closure(labial), breath(25, 1200, 0.4, labial)]
const d = [closure(alveolar, 0.1), breath(15, 3500, 0.4, alveolar)]
const g = [closure([280, 1500, 1900], 0.1), breath(20, 1800, 0.4, [280, 1500, 1900])]

/** The ten words and the sounds they are made of. */
export const vocabulary: Record<string, Phone[]> = {
  yes: [voiced(90, ee, 0.6), voiced(170, eh), s],
  no: [n, voiced(150, aw), voiced(150, oo, 0.7)],
  up: [voiced(190, uh), ...p],
  down: [...d, voiced(170, ah), voiced(100, oo, 0.8), n],
  left: [l, voiced(150, eh), f, ...t],
  right: [voiced(90, [310, 1060, 1380], 0.5), voiced(170, ah), voiced(110, ee, 0.8), ...t],
  on: [voiced(230, ah), n, n],
  off: [voiced(200, aw), f, f],
  stop: [s, ...t, voiced(190, ah), ...p],
  go: [...g, voiced(160, aw), voiced(170, oo, 0.7)],
}

const frameMs = 5

/**
 * One second of a word as 16-bit samples. A source-filter model (Klatt 1980): pulses of the vocal folds pass four resonators
 * in a row, three of which glide from sound to sound, breath passes one of its own. Take `number` fixes the speaker: pitch,
 * tract length, speed, loudness and background noise all follow from it and the seed.
 *
 * @throws MillraceError `BAD_OPTION` when the word is not in the vocabulary.
 */
export function speak(word: string, seed: number, number: number, sampleRate: number): Int16Array {
  const phones = vocabulary[word]
  if (phones === undefined) {
    throw new MillraceError('BAD_OPTION', `speak: the word must be one of ${Object.keys(vocabulary).join(', ')}, but is '${word}'.`)
  }
  const random = randomOf(seed, Object.keys(vocabulary).indexOf(word), number)
  const between = (low: number, high: number): number => low + (high - low) * random()

  const pitch = between(95, 230)
  const rise = between(-0.4, 0.2)
  const tract = between(0.92, 1.05) + (pitch - 95) / 900
  const slow = between(0.8, 1.25)
  const spoken = phones.reduce((sum, phone) => sum + phone.ms, 0) * slow
  const start = between(0.1, 0.9) * (1000 - spoken)
  const floor = 10 ** between(-3.2, -1.4)

  const y = new Float64Array(sampleRate)
  const mouth = [new Resonator(), new Resonator(), new Resonator(), new Resonator()] as const
  const hiss = new Resonator()
  const frame = (sampleRate * frameMs) / 1000
  const ends: number[] = []
  for (const phone of phones) ends.push((ends.at(-1) ?? start) + phone.ms * slow)
  // What the mouth does now; every frame it moves part of the way to what the present sound asks for.
  const [f1, f2, f3] = (phones[0] as Phone).formants
  const now = { f1, f2, f3, voice: 0, noise: 0, hiss: (phones[0] as Phone).hiss }
  let phase = 0
  let glottis = 0
  for (let first = 0; first < y.length; first += frame) {
    const ms = (first / sampleRate) * 1000
    const phone = ms < start ? undefined : phones[ends.findIndex((end) => ms < end)]
    const [to1, to2, to3] = phone?.formants ?? [now.f1, now.f2, now.f3]
    now.f1 += (to1 - now.f1) * 0.22
    now.f2 += (to2 - now.f2) * 0.22
    now.f3 += (to3 - now.f3) * 0.22
    now.voice += ((phone?.voice ?? 0) - now.voice) * 0.45
    now.noise += ((phone?.noise ?? 0) - now.noise) * 0.6
    now.hiss = phone?.hiss ?? now.hiss
    mouth[0].tune(now.f1 * tract, 70, sampleRate)
    mouth[1].tune(now.f2 * tract, 100, sampleRate)
    mouth[2].tune(now.f3 * tract, 150, sampleRate)
    mouth[3].tune(3500 * tract, 250, sampleRate)
    hiss.tune(now.hiss * tract, 1400, sampleRate)
    const step = (pitch * (1 + rise * ((ms - start) / spoken)) * (1 + 0.02 * (random() - 0.5))) / sampleRate
    for (let i = first; i < Math.min(first + frame, y.length); i++) {
      phase += step
      let pulse = 0
      if (phase >= 1) {
        phase -= 1
        pulse = 1
      }
      glottis = 0.8 * glottis + pulse * now.voice
      const noise = random() - 0.5
      y[i] = mouth[3].pass(mouth[2].pass(mouth[1].pass(mouth[0].pass(glottis)))) + hiss.pass(noise) * now.noise * 0.3 + noise * floor
    }
  }
  let peak = 0
  for (const value of y) peak = Math.max(peak, Math.abs(value))
  const gain = (between(0.25, 0.9) * 32767) / peak
  const samples = new Int16Array(y.length)
  for (let i = 0; i < y.length; i++) samples[i] = Math.round((y[i] as number) * gain)
  return samples
}

/** A resonance of a given frequency and bandwidth, of gain 1 at 0 Hz (Klatt 1980, eq. 2). */
class Resonator {
  #a = 0
  #b = 0
  #c = 0
  #y1 = 0
  #y2 = 0

  tune(hz: number, bandwidth: number, sampleRate: number): void {
    const radius = Math.exp((-Math.PI * bandwidth) / sampleRate)
    this.#c = -radius * radius
    this.#b = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate)
    this.#a = 1 - this.#b - this.#c
  }

  pass(x: number): number {
    const y = this.#a * x + this.#b * this.#y1 + this.#c * this.#y2
    this.#y2 = this.#y1
    this.#y1 = y
    return y
  }
}
