import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { padding, tarEnd, tarHeader } from '../codec/tar-write.ts'
import { MillraceError } from '../core/errors.ts'
import type { Committed, Sink, SinkOptions } from '../core/sink.ts'
import { AppendFile } from './append-file.ts'
import { flushFolder, patiently } from './durable.ts'
import { TarFinder } from './tar-finder.ts'
import { entryName } from './tar-names.ts'

export interface TarSinkOptions {
  /** No shard is larger, unless one item is. Default 3e9 bytes, as WebDataset's ShardWriter has it. */
  maxBytes?: number
  /** No shard has more items. Default 100,000, as there. */
  maxCount?: number
}

/** Where the shards stand, as the journal keeps it. */
interface Position {
  /** The last shard, from 0. */
  shard: number
  /** Its bytes, without its end. */
  offset: number
  items: number
}

/**
 * Outputs as tar files in WebDataset's layout, so that a Python trainer reads them as they are: the files of an item stand together,
 * and their names are `<key>.<name>`, where the item's stem is the key (see `entryName`).
 *
 * @param target A pattern with the shard's number, `train-%06d.tar`; a name that ends in `.tar` for one file without limits; or a
 *   folder: `shards` means `shards/shard-%06d.tar`. A shard grows under its name with `.partial`.
 * @throws MillraceError `BAD_OPTION`
 */
export function tarSink(target: string, options: TarSinkOptions = {}): Sink {
  return new TarSink(target, options)
}

class TarSink implements Sink {
  readonly target: string
  readonly takes = 'bytes'
  readonly ordered = true
  readonly state: string
  readonly temporary: string
  readonly #shards: Shards
  /** A metadata file's path begins with it. */
  readonly #beside: string
  readonly #maxBytes: number
  readonly #maxCount: number
  readonly #finder: TarFinder
  #flush = true
  #position: Position = { shard: 0, offset: 0, items: 0 }
  #file: AppendFile | undefined

  constructor(target: string, options: TarSinkOptions) {
    const isFolder = !/\.tar$/i.test(target)
    const path = resolve(target)
    this.target = target
    this.#shards = new Shards(isFolder ? join(path, 'shard-%06d.tar') : path)
    const one = join(
      dirname(path),
      `${
        basename(path, '.tar')
          .replace(NUMBER, '')
          .replace(/[-_.]+$/, '') || 'shards'
      }.tar`,
    )
    this.state = isFolder ? join(path, '.millrace') : `${one}.millrace`
    this.#beside = isFolder ? join(path, '/') : `${one}.`
    this.temporary = join(this.state, 'tmp')
    const { isOne } = this.#shards
    if (isOne && (options.maxBytes ?? options.maxCount) !== undefined) {
      throw new MillraceError('BAD_OPTION', `maxBytes and maxCount need a pattern for the shards' names, as train-%06d.tar; got ${target}.`)
    }
    this.#maxBytes = atLeast1('maxBytes', options.maxBytes ?? (isOne ? Infinity : 3e9))
    this.#maxCount = atLeast1('maxCount', options.maxCount ?? (isOne ? Infinity : 100_000))
    this.#finder = new TarFinder(() => this.#shards.existing())
  }

  async open(position?: unknown, { flush = true }: SinkOptions = {}): Promise<void> {
    await this.close()
    this.#flush = flush
    mkdirSync(this.temporary, { recursive: true })
    this.#position = position === undefined ? { shard: 0, offset: 0, items: 0 } : { ...(position as Position) }
    const { shard, offset } = this.#position
    for (const { path, number } of this.#shards.existing()) if (number > shard || (number === shard && offset === 0)) rmSync(path)
  }

  async commit(batch: readonly Committed[]): Promise<unknown> {
    const before = this.#position
    try {
      await this.#append(batch)
    } catch (error) {
      await this.close()
      this.#position = before
      throw error
    }
    return { ...this.#position }
  }

  async finish(): Promise<void> {
    const { shard, offset } = this.#position
    const path = this.#shards.path(shard)
    const size = statSync(path, { throwIfNoEntry: false })?.size
    const isPartial = existsSync(partial(path))
    if (isPartial || size !== offset + tarEnd.length) await this.#seal()
    await this.close()
  }

  async close(): Promise<void> {
    this.#finder.forget()
    const file = this.#file
    this.#file = undefined
    await file?.close()
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 })
  }

  check(name: string): Promise<{ size: number; crc: number } | undefined> {
    return Promise.resolve(this.#finder.check(name))
  }

  beside(name: string): string {
    return `${this.#beside}${name}`
  }

  async #append(batch: readonly Committed[]): Promise<void> {
    this.#finder.forget()
    let parts: Uint8Array[] = []
    let { offset, items } = this.#position
    const write = async (): Promise<void> => {
      const file = await this.#current()
      await file.append(parts)
      parts = []
      this.#position = { ...this.#position, offset, items }
    }
    for (const item of batch) {
      if (item.outputs.length === 0) continue
      const entries = item.outputs.flatMap((output) => entryOf(item.stem, output))
      const size = entries.reduce((sum, { length }) => sum + length, 0)
      if (items > 0 && (items >= this.#maxCount || offset + size + tarEnd.length > this.#maxBytes)) {
        await write()
        await this.#seal()
        this.#position = { shard: this.#position.shard + 1, offset: 0, items: 0 }
        ;({ offset, items } = this.#position)
      }
      for (const part of entries) parts.push(part)
      offset += size
      items++
    }
    if (parts.length === 0) return
    await write()
    await this.#file!.flush()
  }

  /** The shard that grows. One that was finished is partial again. */
  async #current(): Promise<AppendFile> {
    if (this.#file !== undefined) return this.#file
    const { shard, offset } = this.#position
    const path = this.#shards.path(shard)
    if (offset > 0 && existsSync(path) && !existsSync(partial(path))) await patiently(() => renameSync(path, partial(path)))
    this.#file = await AppendFile.open(partial(path), offset, this.#flush)
    return this.#file
  }

  async #seal(): Promise<void> {
    const file = await this.#current()
    await file.append([tarEnd])
    await file.trim()
    await file.flush()
    await file.close()
    this.#file = undefined
    const path = this.#shards.path(this.#position.shard)
    await patiently(() => renameSync(partial(path), path))
    if (this.#flush) await flushFolder(dirname(path))
  }
}

function entryOf(stem: string | undefined, { name, size, bytes }: Committed['outputs'][number]): Uint8Array[] {
  if (bytes === undefined) throw new MillraceError('BAD_ARGUMENT', `A tar takes outputs as bytes, and ${name} came without any.`)
  return [tarHeader(entryName(name, stem), size), bytes, padding(size)]
}

const NUMBER = /%0(\d)d/

const partial = (path: string): string => `${path}.partial`

/** The files that a pattern names. */
class Shards {
  readonly #folder: string
  readonly #before: string
  readonly #after: string
  readonly #digits: number
  /** Without a number there is one. */
  readonly isOne: boolean

  constructor(pattern: string) {
    this.#folder = dirname(pattern)
    const name = basename(pattern)
    const number = NUMBER.exec(name)
    this.isOne = number === null
    this.#digits = Number(number?.[1] ?? 0)
    const at = number?.index ?? name.length
    this.#before = name.slice(0, at)
    this.#after = name.slice(at + (number?.[0].length ?? 0))
  }

  path(shard: number): string {
    return join(this.#folder, `${this.#before}${this.isOne ? '' : String(shard).padStart(this.#digits, '0')}${this.#after}`)
  }

  /** Those that are there, partial ones too, and nothing else that lies in the folder. */
  existing(): { path: string; number: number }[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .map((name) => ({ path: join(this.#folder, name), number: this.#numberOf(name) }))
      .filter(({ path, number }) => path === this.path(number) || path === partial(this.path(number)))
      .sort((a, b) => a.number - b.number)
  }

  #numberOf(name: string): number {
    if (this.isOne || !name.startsWith(this.#before)) return 0
    return Number.parseInt(name.slice(this.#before.length), 10)
  }
}

function atLeast1(name: string, value: number): number {
  if (value >= 1) return value
  throw new MillraceError('BAD_OPTION', `tarSink's ${name} must be at least 1, but is ${value}.`)
}
