import type { SampleContext } from '../dataset/context.ts'
import { Dataset } from '../dataset/dataset.ts'
import { packStrings, StringDataset } from '../dataset/strings.ts'
import type { Image } from '../core/image.ts'
import { MillraceError } from '../core/errors.ts'
import type { OpenOptions } from './decode.ts'
import { checkOpenOptions, openTransformed, type SampleOptions } from './open.ts'
import { checkStep, type Transform } from './transform.ts'

/** How a dataset opens its pictures, and what it makes of them. */
export interface PictureOptions<Out = Image> extends OpenOptions {
  /** What each picture goes through. Default: nothing. */
  transform?: Transform<Image, Out>
}

/** The pictures of a list of files, in its order: each sample is `{ image, file }`. A file that can't be opened fails its sample. */
export class ImageFiles<Out = Image> extends Dataset<{ image: Out; file: string }> {
  static {
    this.register(import.meta)
  }

  readonly files: StringDataset
  readonly transform: Transform<Image, Out>
  readonly options: OpenOptions

  /** @param files Paths: an array, or what `files()` gives. */
  constructor(files: Iterable<string> | StringDataset, { transform, ...options }: PictureOptions<Out> = {}) {
    super()
    this.files = files instanceof StringDataset ? files : new StringDataset(packStrings(namesOf(files)))
    this.transform = transformOf(transform)
    this.options = optionsOf('ImageFiles', options, ['transform'])
  }

  override get length(): number {
    return this.files.length
  }

  get(index: number, ctx?: SampleContext): { image: Out; file: string } | Promise<{ image: Out; file: string }> {
    const file = this.files.get(index)
    const image = openTransformed(file, this.transform, this.options, sampleOf(index, ctx))
    return image instanceof Promise ? image.then((made) => ({ image: made, file })) : { image, file }
  }
}

/** A text can be iterated, too: letter by letter. */
function namesOf(files: unknown): Iterable<string> {
  const list = typeof files === 'object' && files !== null && Symbol.iterator in files ? [...(files as Iterable<unknown>)] : undefined
  if (list?.every((name) => typeof name === 'string') === true) return list
  throw new MillraceError(
    'BAD_ARGUMENT',
    `ImageFiles takes paths, as an array or what files() gives; received ${list === undefined ? JSON.stringify(files) : 'other things among them'}.`,
  )
}

/** The transform of a dataset, refused before the first sample. */
export function transformOf(transform: Transform | undefined): Transform {
  if (transform !== undefined) checkStep(transform)
  return transform ?? identity
}

/** How a dataset opens pictures: a misspelt option does not pass in silence. */
export function optionsOf(name: string, options: OpenOptions, others: readonly string[]): OpenOptions {
  checkOpenOptions(options, name, others)
  return options
}

/** Leaves a picture as it is. */
export const identity: Transform<any, any> = { op: 'compose', steps: [] } as Transform

/** What `openTransformed` is told of a sample. What costs something is asked for when it is needed. */
export function sampleOf(index: number, ctx: SampleContext | undefined): SampleOptions {
  if (ctx === undefined) return { index }
  return {
    index,
    random: () => ctx.random(),
    time: ctx.time,
    allocate: ctx.allocate,
    get signal() {
      return ctx.signal
    },
    get warn() {
      return ctx.warn
    },
  }
}
