import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { resample } from './resample.ts'

interface Case {
  origSr: number
  targetSr: number
  signal: string
  samples: number
  length: number
  stride: number
}

const folder = new URL('../../golden/resample/', import.meta.url)
const cases = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as Case[]
const outputs = new Float32Array(new Uint8Array(readFileSync(new URL('outputs.f32', folder))).buffer)

// The inputs of golden/resample/make.py.
const noise = new Float32Array(150_000)
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  noise[i] = (state >>> 8) / 2 ** 23 - 1
}
const impulses = new Float32Array(300)
for (const [at, value] of [[0, 1], [1, -0.5], [150, 1], [298, 0.25], [299, -1]] as const) impulses[at] = value // prettier-ignore

function input({ signal, samples }: Case): Float32Array {
  if (signal === 'impulses') return impulses
  return signal === 'step' ? new Float32Array(samples).fill(1) : noise.subarray(0, samples)
}

describe('resample equals librosa.resample', () => {
  const pairs = new Map<string, { c: Case; start: number }[]>()
  let end = 0
  for (const c of cases) {
    const name = `${c.origSr} -> ${c.targetSr}`
    pairs.set(name, [...(pairs.get(name) ?? []), { c, start: end }])
    end += Math.ceil(c.length / c.stride)
  }
  it.each([...pairs])('%s', (_, cases) => {
    for (const { c, start } of cases) {
      const y = resample(input(c), c)
      expect(y.length).toBe(c.length)
      const expected = outputs.subarray(start, start + Math.ceil(c.length / c.stride))
      const error = expected.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (y[i * c.stride] ?? NaN))), 0)
      expect(error, `${c.signal}, ${c.samples} samples`).toBeLessThanOrEqual(c.targetSr <= 4 * c.origSr ? 1e-6 : 2e-6)
    }
  })
  it('uses every golden sample', () => expect(end).toBe(outputs.length))
})
