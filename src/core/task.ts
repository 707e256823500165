/** What a function is given beside its item and the item's index. */
export interface Context<Params = unknown, State = undefined> {
  /** The task's parameters: its defaults with those of `bind` over them. Empty for an inline function. */
  readonly params: Params
  /** What `setup` returned in this worker. */
  readonly state: State
  /** Aborted when the item's time-out passes or the call is given up. */
  readonly signal: AbortSignal
  /** Doubles in [0, 1), the same for the same `seed` and item whatever the number of workers or of retries. */
  readonly random: () => number
  /** Which try of the item this is, from 1. */
  readonly attempt: number
  /** Reports something that is not a failure. Warnings are counted, and listed when the call ends. */
  readonly warn: (message: string) => void
}

export type Run<Item, Result, Params = unknown, State = undefined> = (
  item: Item,
  index: number,
  ctx: Context<Params, State>,
) => Result | Promise<Result>

/** The parts of a task as the user writes them. */
export interface TaskParts<Item, Result, Params, State> {
  /** Default parameters; they give the parameters their types. Must be structured-cloneable. */
  params?: Params
  /** Runs once a worker and call, before the first item. Its (awaited) return value is `ctx.state`. */
  setup?: (ctx: {
    readonly params: Params
    /** Which of the call's workers this is, from 0 to `numWorkers - 1`; one that replaces a dead worker takes its number. */
    readonly worker: number
  }) => State | Promise<State>
  /** Runs once an item. */
  run: Run<Item, Result, Params, State>
  /** Runs once a worker and call, after the last item; not in a worker that died. */
  teardown?: (ctx: { readonly params: Params; readonly state: State }) => void | Promise<void>
  /** Tells this task from others of the same text; needed only for tasks made in a factory. */
  name?: string
}

/** How a worker finds a task again in its own copy of the module. */
export interface TaskReference {
  /** URL of the module that made the task. */
  module: string
  /** Digest of the module's bytes when it was loaded. */
  digest: string
  /** Which task of its module it is, in the order they were made. */
  ordinal: number
  /** The line of the `task()` call in the source, where the stack tells it. */
  line?: number
  /** Digest of its functions' text; loaders print the same source differently. */
  text: string
  name?: string
}

/** A function that can travel to workers, with its parameters. Make one with `task()`. */
export interface Task<Item, Result, Params = any, State = any> extends TaskParts<Item, Result, Params, State> {
  readonly kind: 'task'
  readonly reference: TaskReference
  readonly params: Params
}

/** How a worker finds a class again in its own copy of the module. */
export interface ClassReference {
  /** URL of the module that registered the class. */
  module: string
  /** Digest of the module's bytes when it was loaded. */
  digest: string
  name: string
}
