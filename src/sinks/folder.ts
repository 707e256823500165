import { lstatSync, mkdirSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { crc32 } from 'node:zlib'
import { MillraceError } from '../core/errors.ts'
import type { Committed, Sink, SinkOptions } from '../core/sink.ts'
import { codeOf, flushFolder, patiently } from './durable.ts'

/** The folder of a run's own files, in the folder of its outputs. */
const STATE = '.millrace'
/** So many folders are remembered as there. */
const MAX_KNOWN = 100_000
/** Folders flushed at the same time; Node's pool has four threads. */
const AT_ONCE = 4

/**
 * Outputs as files in a folder. Workers write them into a temporary folder on the same disk; a commit gives them their names. What
 * else lies in the folder is left alone.
 */
export function folderSink(folder: string): Sink {
  return new FolderSink(folder)
}

class FolderSink implements Sink {
  readonly target: string
  readonly takes = 'files'
  readonly ordered = false
  readonly state: string
  readonly temporary: string
  readonly #root: string
  readonly #known = new Set<string>()
  #flush = true

  constructor(folder: string) {
    this.target = folder
    this.#root = resolve(folder)
    this.state = join(this.#root, STATE)
    this.temporary = join(this.state, 'tmp')
  }

  open(_position?: unknown, { flush = true }: SinkOptions = {}): Promise<void> {
    this.#flush = flush
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 })
    mkdirSync(this.temporary, { recursive: true })
    return Promise.resolve()
  }

  /** Where a folder sink stands is what lies there: an item that is done again replaces its files. */
  async commit(batch: readonly Committed[]): Promise<unknown> {
    const touched = new Set<string>()
    for (const { outputs } of batch) {
      for (const { name, file } of outputs) {
        const path = join(this.#root, name)
        const folder = dirname(path)
        this.#makeFolder(folder, touched)
        await patiently(() => renameSync(file!, path))
        touched.add(folder)
      }
    }
    if (this.#flush) await flushFolders([...touched])
    return null
  }

  async finish(): Promise<void> {
    await this.close()
  }

  close(): Promise<void> {
    rmSync(this.temporary, { recursive: true, force: true, maxRetries: 5 })
    return Promise.resolve()
  }

  async check(name: string): Promise<{ size: number; crc: number } | undefined> {
    let file: FileHandle | undefined
    try {
      file = await patiently(() => open(join(this.#root, name)))
      const buffer = Buffer.allocUnsafe(1 << 18)
      let [size, crc] = [0, 0]
      for (let read = -1; read !== 0; size += read) {
        read = (await file.read(buffer, 0, buffer.length)).bytesRead
        crc = crc32(buffer.subarray(0, read), crc)
      }
      return { size, crc }
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return undefined
      throw error
    } finally {
      await file?.close()
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    const touched = new Set<string>()
    for (const name of names) {
      const path = join(this.#root, name)
      try {
        await patiently(() => unlinkSync(path))
        touched.add(dirname(path))
      } catch (error) {
        if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw error
      }
    }
    if (this.#flush) await flushFolders([...touched])
  }

  beside(name: string): string {
    return join(this.#root, name)
  }

  /** Makes a folder and those above it, below the target. A link that leads elsewhere is not followed. */
  #makeFolder(folder: string, touched: Set<string>): void {
    if (folder === this.#root || this.#known.has(folder)) return
    const parent = dirname(folder)
    this.#makeFolder(parent, touched)
    try {
      mkdirSync(folder)
      touched.add(parent)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      if (!lstatSync(folder).isDirectory()) {
        throw new MillraceError('OUTPUT_BLOCKED', `Outputs need the folder ${folder}, but a file or a link is in its place. Move it away.`)
      }
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.add(folder)
  }
}

async function flushFolders(folders: string[]): Promise<void> {
  const next = async (): Promise<void> => {
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) await flushFolder(folder)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
}
