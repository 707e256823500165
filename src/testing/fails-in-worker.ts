import { inWorker, task, type Task } from '../index.ts'

/** A module that only the main thread can load. */
if (inWorker) throw new Error('this module needs the main thread')

export const unreachable: Task<number, number> = task(import.meta, (n: number) => n)
