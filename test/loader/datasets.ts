import { Dataset, type Image, IterableDataset, type SampleContext, task } from 'millrace'

/** 0, 1, 2, ... with nothing to do. */
export class Integers extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  constructor(length: number) {
    super()
    this.length = length
  }
  get(index: number): number {
    return index
  }
}

/** Numbers that depend on all that a sample may depend on, made now at once and now later. */
export class Noise extends Dataset<{ index: number; epoch: number; random: number; numbers: Float32Array }> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  constructor(length: number) {
    super()
    this.length = length
  }
  get(index: number, { random, epoch }: SampleContext): any {
    const sample = { index, epoch, random: random(), numbers: Float32Array.from({ length: 4 }, random) }
    return index % 3 === 0 ? new Promise((resolve) => setTimeout(resolve, index % 2, sample)) : sample
  }
}

/** Fails in the ways that datasets fail, at the samples that are named. */
export class Failing extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  readonly how: 'throw' | 'exit' | 'hang' | 'spin'
  readonly at: number[]
  constructor(length: number, how: 'throw' | 'exit' | 'hang' | 'spin', at: number[]) {
    super()
    this.length = length
    this.how = how
    this.at = at
  }
  get(index: number): number | Promise<number> {
    if (!this.at.includes(index)) return index
    if (this.how === 'exit') process.exit(3)
    if (this.how === 'hang') return new Promise((resolve) => void setInterval(() => resolve, 1000))
    if (this.how === 'spin') for (;;);
    throw new RangeError(`sample ${index} is broken`)
  }
}

/** Samples of so many bytes. */
export class Blocks extends Dataset<Uint8Array> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  readonly bytes: number
  constructor(length: number, bytes: number) {
    super()
    this.length = length
    this.bytes = bytes
  }
  get(index: number): Uint8Array {
    return new Uint8Array(this.bytes).fill(index % 251)
  }
}

/** Arrays of these lengths. */
export class Ragged extends Dataset<Uint8Array> {
  static {
    this.register(import.meta)
  }
  readonly lengths: number[]
  constructor(lengths: number[]) {
    super()
    this.lengths = lengths
  }
  get length(): number {
    return this.lengths.length
  }
  get(index: number): Uint8Array {
    return new Uint8Array(this.lengths[index]!)
  }
}

/** Some samples leave a promise behind that fails, and that nobody awaits. */
export class Stray extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly length = 12
  get(index: number): number {
    if (index === 5) void Promise.reject(new Error('left behind'))
    return index
  }
}

/** Counts how many samples were made, in this thread. */
export class Counted extends Dataset<number> {
  static {
    this.register(import.meta)
  }
  readonly length = 1000
  made = 0
  get(index: number): number {
    this.made++
    return index
  }
}

/** Writes its samples where the loader says, except for some; every fifth one fails if it is told to. */
export class InPlace extends Dataset<{ x: Float32Array; again: Float32Array; y: { data: Int32Array; dims: number[]; type: 'int32' } }> {
  static {
    this.register(import.meta)
  }
  readonly length: number
  readonly fails: boolean
  constructor(length: number, fails = false) {
    super()
    this.length = length
    this.fails = fails
  }
  get(index: number, { allocate }: SampleContext): any {
    const x = allocate('float32', 3).fill(index)
    const data = index % 3 === 0 ? new Int32Array(2).fill(index) : allocate('int32', 2).fill(index)
    if (this.fails && index % 5 === 4) throw new Error('fifth')
    return { x, again: x, y: { data, dims: [2, 1], type: 'int32' } }
  }
}

/** Tells which copy of the dataset made a sample, and what was done to it. */
export class Whoami extends Dataset<{ index: number; copy: number; mark: string }> {
  static {
    this.register(import.meta)
  }
  readonly length = 40
  mark = 'none'
  toWorker(): string {
    return this.mark
  }
  static fromWorker(mark: string): Whoami {
    const made = new Whoami()
    made.mark = mark
    return made
  }
  readonly copy = Math.random()
  get(index: number): { index: number; copy: number; mark: string } {
    return { index, copy: this.copy, mark: this.mark }
  }
}

/** Counts how often its iterator gave something, and can say where it stands if it is told to. */
export class Counting extends IterableDataset<number> {
  readonly to: number
  readonly says: boolean
  given = 0
  constructor(to: number, says = false) {
    super()
    this.to = to
    this.says = says
  }
  iterate({ state }: { state?: unknown }): any {
    let next = (state as number | undefined) ?? 0
    const { to } = this
    const count = (): void => void this.given++
    function* run(): Generator<number> {
      while (next < to) {
        count()
        yield next++
      }
    }
    return Object.assign(run(), this.says ? { state: () => next } : {})
  }
}

export const tenfold = task(import.meta, { params: { by: 10 }, run: (n: number, _index, { params }) => n * params.by })
export const noisy = task(import.meta, (n: number, index, ctx) => n + index + ctx.random())
export const sum = task(import.meta, (samples: number[]) => samples.reduce((a, b) => a + b, 0))
export const mark = task(import.meta, ({ dataset, id }: any) => void (dataset.mark = `worker ${id}`))

/** A collateFn with a state that it makes once and takes down. */
export const counted = task(import.meta, {
  params: { start: 100 },
  setup: ({ params }) => ({ calls: params.start }),
  run: (samples: number[], _index, { state }) => ({ samples, call: state.calls++ }),
})

/** A step of a picture's pipeline. */
export const shifted = task(import.meta, ({ data, ...size }: Image, _index, { warn }): Image => {
  warn('shifted')
  return { ...size, data: data.map((value) => value + 1) } as Image
})
