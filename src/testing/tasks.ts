import { task, type Task } from '../index.ts'

/** Tasks that the executor suite sends to workers: what an inline function can't show. */

export const scale: Task<number, number, { factor: number; offset: number }> = task(import.meta, {
  params: { factor: 2, offset: 0 },
  run: (n: number, _index, { params }) => n * params.factor + params.offset,
})

export const counted: Task<number, { n: number; calls: number }, { start: number }> = task(import.meta, {
  params: { start: 100 },
  setup: ({ params }) => ({ calls: params.start }),
  run: (n: number, _index, { state }) => ({ n, calls: ++state.calls }),
  teardown: ({ state }) => {
    state.calls = -1
  },
})

export const failingSetup: Task<number, string> = task(import.meta, {
  setup: (): { model: string } => {
    throw new RangeError('no such model')
  },
  run: (n: number, _index, { state }) => `${state.model} ${n}`,
})

export const failingTeardown: Task<number, number> = task(import.meta, {
  setup: () => ({ open: true }),
  run: (n: number) => n,
  teardown: () => {
    throw new Error('could not flush')
  },
})

export const exitingSetup: Task<number, number> = task(import.meta, {
  setup: (): void => process.exit(7),
  run: (n: number) => n,
})

class AudioError extends Error {
  readonly file: string
  constructor(message: string, file: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AudioError'
    this.file = file
  }
}

export const throwing: Task<string, never> = task(import.meta, (file: string) => {
  throw new AudioError('corrupt header', file, { cause: new TypeError('odd size') })
})
