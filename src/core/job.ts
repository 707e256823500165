import type { Context, Task, TaskParts } from './task.ts'

/** Where an item puts its files. */
export interface Outputs {
  /**
   * Writes a file of this item. It appears under its name when the item is done, whole, and never otherwise.
   *
   * @param name A name or relative path of its own; it lands at `<the input's stem>/<name>`, or where the job's naming rule says.
   * @returns The file's path within the output, with `/` between its parts, as the metadata may say it.
   */
  write(name: string, bytes: Uint8Array | string): Promise<string>
}

/** What a job's function is given beside its item and the item's index. */
export interface JobContext<Params = unknown, State = undefined> extends Context<Params, State> {
  readonly outputs: Outputs
}

/** What validates metadata: any library that speaks Standard Schema (Zod, Valibot, ArkType, ...). See https://standardschema.dev. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }

/** The parts of a job as the user writes them: a task with outputs. What `run` returns is the item's metadata. */
export interface JobParts<Item, Metadata, Params, State> extends Omit<TaskParts<Item, Metadata, Params, State>, 'run'> {
  /** The items, where the run is not told of others: a Dataset, or anything that can be iterated. */
  input?: (ctx: { readonly params: Params }) => unknown
  /** Checks what `run` returns, and may change it; metadata that does not pass is the item's failure. */
  schema?: StandardSchema
  /**
   * Where outputs go: `stem` (default) into a folder that is called as the input is, `<input stem>/<name>`; `own` where `write` is
   * told, for jobs that name their outputs by a rule of their own.
   */
  layout?: 'stem' | 'own'
  run: (item: Item, index: number, ctx: JobContext<Params, State>) => Metadata | Promise<Metadata>
}

/** A job: a task that makes files. Make one with `job()`. */
export interface Job<Item = any, Metadata = any, Params = any, State = any> extends Omit<Task<Item, Metadata, Params, State>, 'run'> {
  readonly input?: (ctx: { readonly params: Params }) => unknown
  readonly schema?: StandardSchema
  readonly layout?: 'stem' | 'own'
  readonly run: JobParts<Item, Metadata, Params, State>['run']
}
