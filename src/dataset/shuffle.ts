import { MillraceError } from '../core/errors.ts'
import type { Pass, Position } from './position.ts'

/** Where a shuffled pass stands. What is in the buffer follows from the random numbers; only those samples are read again. */
export interface ShufflePosition {
  /** Samples given. */
  readonly given: number
  /** Samples taken from the source: those given and those in the buffer. */
  readonly taken: number
  /** Where the source stood before the oldest sample that is still in the buffer. */
  readonly source: Position
}

/** A sample in the buffer, its place in the stream, and where the source stood before it. */
interface Entry<T> {
  sample: T
  place: number
  before: Position
}

/**
 * The shuffle of tf.data and torchdata: a buffer of `size` samples is filled from the front of the stream; a random one of them is
 * given, and the next of the stream takes its place. At the end the buffer is emptied in random order. So sample i comes at the
 * earliest at place i - size + 1, and a buffer as large as the stream shuffles it perfectly.
 *
 * What is drawn depends on the random numbers and on how many samples are left, never on the samples. Therefore a pass can be
 * continued by drawing again, with numbers in place of samples, and reading on from the oldest one that is still needed: behind
 * millions of samples that is a few times `size` of them.
 */
export class Shuffled<T> {
  readonly #buffer: Entry<T>[] = []
  readonly #start: (from?: Position) => Pass<T>
  readonly #size: number
  readonly #random: () => number
  readonly #from: ShufflePosition
  #pass: Pass<T> | undefined
  #given = 0
  #taken = 0

  constructor(
    start: (from?: Position) => Pass<T>,
    size: number,
    random: () => number,
    from: ShufflePosition = { given: 0, taken: 0, source: { skip: 0 } },
  ) {
    this.#start = start
    this.#size = size
    this.#random = random
    this.#from = from
  }

  position(): ShufflePosition {
    if (this.#pass === undefined) return this.#from
    const oldest = this.#buffer.reduce<Entry<T> | undefined>((a, b) => (a === undefined || b.place < a.place ? b : a), undefined)
    return { given: this.#given, taken: this.#taken, source: oldest?.before ?? this.#pass.position() }
  }

  async *samples(): AsyncGenerator<T, void, undefined> {
    const pass = (this.#pass = this.#start(this.#from.source))
    const buffer = this.#buffer
    try {
      let ended = false
      await this.#refill(this.#from, pass)
      while (true) {
        while (!ended && buffer.length < this.#size) {
          const entry = await this.#pull(pass)
          if (entry === undefined) ended = true
          else buffer.push(entry)
        }
        if (buffer.length === 0) return
        this.#given++
        yield draw(buffer, this.#random).sample
      }
    } finally {
      await pass.return()
    }
  }

  /** Makes the buffer and the random numbers what they were. */
  async #refill({ given, taken }: ShufflePosition, pass: Pass<T>): Promise<void> {
    const places: number[] = []
    let next = 0
    const fill = (): void => {
      while (next < taken && places.length < this.#size) places.push(next++)
    }
    for (let i = 0; i < given; i++) {
      fill()
      draw(places, this.#random)
    }
    const slots = new Map(places.map((place, slot) => [place, slot]))
    this.#given = given
    this.#taken = places.reduce((a, b) => Math.min(a, b), taken)
    while (this.#taken < taken) {
      const entry = await this.#pull(pass)
      if (entry === undefined) {
        throw new MillraceError('BAD_STATE', 'The stream to go on with has fewer samples than the one that the state was made with.')
      }
      const slot = slots.get(entry.place)
      if (slot !== undefined) this.#buffer[slot] = entry
    }
  }

  /** The next sample of the stream, or undefined at its end. */
  async #pull(pass: Pass<T>): Promise<Entry<T> | undefined> {
    const before = pass.position()
    const { done, value } = await pass.next()
    return done === true ? undefined : { sample: value, place: this.#taken++, before }
  }
}

/** Takes a random element out of an array; the last one fills its place. */
function draw<E>(array: E[], random: () => number): E {
  const at = Math.floor(random() * array.length)
  const drawn = array[at]!
  array[at] = array.at(-1)!
  array.length--
  return drawn
}
