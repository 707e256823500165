import { readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { MillraceError } from '../core/errors.ts'
import { reasonOf } from '../core/error-record.ts'
import type { Image } from '../core/image.ts'
import type { SampleContext } from '../dataset/context.ts'
import { Dataset } from '../dataset/dataset.ts'
import { packStrings, StringDataset } from '../dataset/strings.ts'
import type { OpenOptions } from './decode.ts'
import { optionsOf, type PictureOptions, sampleOf, transformOf } from './files.ts'
import { openTransformed } from './open.ts'
import type { Transform } from './transform.ts'

/** What torchvision takes for pictures, so that indices are the same. (PPM, BMP and PGM can't be opened yet, and say so.) */
const EXTENSIONS = ['jpg', 'jpeg', 'png', 'ppm', 'bmp', 'pgm', 'tif', 'tiff', 'webp']

export interface ImageFolderOptions<Out = Image> extends PictureOptions<Out> {
  /** Which files count, by extension in any case. Default: torchvision's. */
  extensions?: readonly string[]
  /** Take classes without a picture too. Default false: they are an error, as in torchvision. */
  allowEmpty?: boolean
}

/**
 * Pictures in a folder for each class, as torchvision's, in its order: `root/cat/1.jpg` is of the class `cat`. Classes are the
 * subfolders in the order of their names, labels their numbers from 0; pictures are found in subfolders of a class too. A sample is
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
    this.transform = transformOf(transform)
    this.options = optionsOf('ImageFolder', options, ['transform', 'extensions', 'allowEmpty'])
    this.classes = classesIn(root)
    const wanted = new Set(extensions.map((extension) => extension.replace(/^\./, '').toLowerCase()))
    const paths: string[] = []
    const labels: number[] = []
    const empty: string[] = []
    for (const [label, name] of this.classes.entries()) {
      const before = paths.length
      for (const path of picturesIn(join(root, name), wanted)) {
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
  const names = entriesOf(root).folders
  if (names.length > 0) return names
  throw new MillraceError(
    'NO_INPUT',
    `${root} has no subfolders. An ImageFolder has a folder for each class (${basename(root)}/cat/1.jpg); for a list of files take ImageFiles.`,
  )
}

/** As torchvision walks a class: its folders in the order of their paths, in each its files in the order of their names. */
function picturesIn(root: string, extensions: ReadonlySet<string>): string[] {
  return foldersBelow(root, [])
    .sort(inOrder)
    .flatMap((folder) =>
      entriesOf(folder)
        .files.filter((name) => extensions.has(extname(name).slice(1).toLowerCase()))
        .map((name) => join(folder, name)),
    )
}

/** The folder and those below it; links are followed, but not in circles. */
function foldersBelow(folder: string, above: readonly string[]): string[] {
  const here = realpathSync(folder)
  if (above.includes(here)) return []
  return [folder, ...entriesOf(folder).folders.flatMap((name) => foldersBelow(join(folder, name), [...above, here]))]
}

/** The names of the folders and of the files in a folder, in order. */
function entriesOf(folder: string): { folders: string[]; files: string[] } {
  const [folders, files]: [string[], string[]] = [[], []]
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const isFolder = entry.isSymbolicLink()
        ? statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() === true
        : entry.isDirectory()
      ;(isFolder ? folders : files).push(entry.name)
    }
  } catch (cause) {
    throw new MillraceError('INPUT_UNREADABLE', `The folder ${folder} can't be read: ${reasonOf(cause)}.`, { cause })
  }
  return { folders: folders.sort(inOrder), files: files.sort(inOrder) }
}

/** By code points, as Python sorts. */
function inOrder(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  const at = left.findIndex((character, i) => character !== right[i])
  if (at < 0) return left.length - right.length
  return (left[at]!.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1)
}
