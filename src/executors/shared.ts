import type { Executor } from '../core/executor.ts'
import { inline } from './inline.ts'
import { processes } from './processes.ts'
import { threads } from './threads.ts'

/** The executors that are asked for by name (or by nobody). Their workers stay warm for the life of the program. */
export const shared: Record<'inline' | 'threads' | 'processes', Executor> = {
  inline: inline(),
  threads: threads(),
  processes: processes(),
}
