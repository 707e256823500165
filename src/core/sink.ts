/** A file that an item made, on its way to a sink. */
export interface Output {
  /** Where it goes in the sink: a relative path with `/` between its parts, checked by whoever made it. */
  name: string
  size: number
  /** CRC-32 of its bytes, as in zip and PNG. */
  crc: number
  /** Its bytes, for a sink that takes bytes. */
  bytes?: Uint8Array
  /** For a sink that takes files: where it lies, whole and flushed to the disk, until the sink moves it. */
  file?: string
}

/** What an item made, as it is committed. */
export interface Committed {
  /** The item's position in the run's input. */
  ordinal: number
  /** The folder of its own that its outputs' names begin with, if they do: `a/b` of `a/b/0.png`. Tar shards make it the item's key. */
  stem?: string
  outputs: readonly Output[]
}

export interface SinkOptions {
  /** `commit` returns when the outputs are on the disk (default). `false`: when they are written; a power cut may lose them. */
  flush?: boolean
}

/**
 * Where a run's outputs go: a folder, a zip, tar shards. Only the run's main thread calls it, one call at a time. The run keeps a
 * journal: what `commit` returns is journalled after the outputs are durable, and given to `open` when the run goes on.
 */
export interface Sink {
  /** For messages: the path as the user gave it. */
  readonly target: string
  /** How workers hand outputs over: with their result, or as files that they write into `temporary` and flush. */
  readonly takes: 'bytes' | 'files'
  /** Items are committed in input order, so that the same run gives the same bytes. */
  readonly ordered: boolean
  /**
   * The folder of the run's own files (journal, lock), never taken for an output: `<target>/.millrace` where the target is a folder,
   * `<target>.millrace` where it is a file. Made by the run.
   */
  readonly state: string
  /** On the file system of the outputs, so that moving is renaming. Made by `open`, emptied by `open` and `finish`. */
  readonly temporary: string
  /**
   * Makes ready to commit.
   *
   * @param position What the last journalled `commit` returned; whatever the sink holds beyond that is dropped. Without it the sink
   *   begins anew. A target that was finished is opened again so that more can be added to it.
   */
  open(position?: unknown, options?: SinkOptions): Promise<void>
  /** Makes outputs durable, under their names where it can. Returns, as plain JSON, where the sink stands behind them. */
  commit(batch: readonly Committed[]): Promise<unknown>
  /** Completes the target: from then on others may read it. The run is done, or stopped with failures. */
  finish(): Promise<void>
  /** Lets go of what it holds open. After an error, too. */
  close(): Promise<void>
  /** What lies there under a name, for `verify`: undefined when nothing does. */
  check(name: string): Promise<{ size: number; crc: number } | undefined>
  /** Takes outputs away again, where the sink can; it is no error when they are not there. A run that does finished items anew needs it. */
  remove?(names: readonly string[]): Promise<void>
  /** Where a file about the outputs goes (`metadata.jsonl`): into a folder, beside an archive (`train.zip.metadata.jsonl`). */
  beside(name: string): string
}
