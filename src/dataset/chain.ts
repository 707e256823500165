import { MillraceError } from '../core/errors.ts'
import { randomOf } from '../core/random.ts'
import { type EpochContext, IterableDataset, type Samples } from './iterable.ts'
import { Pass, type Position } from './position.ts'

interface ChainPosition {
  readonly part: number
  readonly position: Position
}

/** Streams one after another, as one. Each has random numbers of its own. */
export class ChainDataset<T> extends IterableDataset<T> {
  readonly datasets: readonly IterableDataset<T>[]

  /** @throws MillraceError `BAD_ARGUMENT` for map-style datasets, which `ConcatDataset` takes. */
  constructor(datasets: Iterable<IterableDataset<T>>) {
    super()
    this.datasets = [...datasets]
    const other = this.datasets.findIndex((dataset) => !(dataset instanceof IterableDataset))
    if (other >= 0) {
      throw new MillraceError(
        'BAD_ARGUMENT',
        `ChainDataset takes iterable datasets; number ${other} is none. For map-style ones use ConcatDataset.`,
      )
    }
  }

  override get length(): number | undefined {
    let sum = 0
    for (const { length } of this.datasets) {
      if (length === undefined) return undefined
      sum += length
    }
    return sum
  }

  iterate({ seed, epoch, state }: EpochContext): Samples<T> {
    const { datasets } = this
    let { part, position } = (state as ChainPosition | undefined) ?? { part: 0, position: { skip: 0 } }
    let pass: Pass<T> | undefined
    async function* run(): AsyncGenerator<T, void, undefined> {
      for (; part < datasets.length; part++, position = { skip: 0 }) {
        pass = new Pass(datasets[part]!, { seed: seedOfPart(seed, part), epoch }, position)
        yield* pass
        pass = undefined
      }
    }
    return Object.assign(run(), { state: (): ChainPosition => ({ part, position: pass?.position() ?? position }) })
  }
}

function seedOfPart(seed: number, part: number): number {
  return Math.floor(randomOf(seed, part)() * 0x1_0000_0000)
}
