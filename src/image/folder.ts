import { basename, join } from 'node:path'
import { readdirSync, statSync } from 'node:fs'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Image } from '../core/image.ts'
import type { SampleContext } from '../dataset/context.ts'
import { Dataset } from '../dataset/dataset.ts'
import { packStrings, StringDataset } from '../dataset/strings.ts'
import { files } from '../sources/files.ts'
import type { OpenOptions } from './decode.ts'
import { identity, type PictureOptions, sampleOf } from './files.ts'
import { openTransformed } from './open.ts'
import type { Transform } from './transform.ts'

/** What torchvision takes for pictures, as far as `open` reads them. */
const EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'gif', 'tif', 'tiff']

export interface ImageFolderOptions<Out = Image> extends PictureOptions<Out> {
  /** Which files count, by extension in any case. Default: JPEG, PNG, WebP, GIF, TIFF. */
  extensions?: readonly string[]
  /** Take classes without a picture too. Default false: they are an error, as in torchvision. */
  allowEmpty?: boolean
}

/**
 * Pictures in a folder for each class, as torchvision's: `root/cat/1.jpg` is of the class `cat`. Classes are the subfolders in the
 * order of their names, labels their numbers from 0, pictures are found in subfolders of a class too and sorted by path. A sample is
 * `{ image, label }`.
 *
 * @throws MillraceError `NO_INPUT` when the folder has no subfolders, or a class no pictures; `INPUT_UNREADABLE`.
 */
export class ImageFolder<Out = Image> extends Dataset<{ image: Out; label: number }> {
  static {
    this.register(import.meta)
  }

  readonly root: string
  /** The names of the classes; a label is an index into them. */
  readonly classes: readonly string[]
  readonly files: StringDataset
  /** The label of each file. */
  readonly labels: Int32Array
  readonly transform: Transform<Image, Out>
  readonly options: OpenOptions

  constructor(root: string, { transform, extensions = EXTENSIONS, allowEmpty = false, ...options }: ImageFolderOptions<Out> = {}) {
    super()
    this.root = root
    this.transform = transform ?? identity
    this.options = options
    this.classes = classesIn(root)
    const paths: string[] = []
    const labels: number[] = []
    const empty: string[] = []
    for (const [label, name] of this.classes.entries()) {
      const before = paths.length
      for (const path of picturesIn(join(root, name), extensions)) {
        paths.push(path)
        labels.push(label)
      }
      if (paths.length === before) empty.push(name)
    }
    if (empty.length > 0 && !allowEmpty) {
      throw new MillraceError(
        'NO_INPUT',
        `There are no pictures (${extensions.join(', ')}) in the folders of the classes ${empty.join(', ')} of ${root}. Remove those folders, or pass { allowEmpty: true }.`,
      )
    }
    this.files = new StringDataset(packStrings(paths))
    this.labels = Int32Array.from(labels)
  }

  override get length(): number {
    return this.labels.length
  }

  get(index: number, ctx?: SampleContext): { image: Out; label: number } | Promise<{ image: Out; label: number }> {
    const label = this.labels[index]!
    const image = openTransformed(this.files.get(index), this.transform, this.options, sampleOf(index, ctx))
    return image instanceof Promise ? image.then((made) => ({ image: made, label })) : { image, label }
  }
}

function classesIn(root: string): string[] {
  let names: string[]
  try {
    names = readdirSync(root).filter(
      (name) => !name.startsWith('.') && statSync(join(root, name), { throwIfNoEntry: false })?.isDirectory() === true,
    )
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The folder ${root} can't be read: ${reasonOf(cause)}.`, { cause })
  }
  if (names.length > 0) return names.sort((a, b) => (a < b ? -1 : 1))
  throw new MillraceError(
    'NO_INPUT',
    `${root} has no subfolders. An ImageFolder has a folder for each class (${basename(root)}/cat/1.jpg); for a list of files take ImageFiles.`,
  )
}

function picturesIn(folder: string, extensions: readonly string[]): Iterable<string> {
  try {
    return iterate(files(folder, { extensions }))
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'NO_INPUT') return []
    throw error
  }
}

function* iterate(list: StringDataset): Generator<string, void, undefined> {
  for (let i = 0; i < list.length; i++) yield list.get(i)
}
