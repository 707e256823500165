// What a worker process runs first. Its first message tells what to load.
import { serialize } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Boot, ToWorker } from '../core/executor.ts'

/** Milliseconds between two looks at whether the parent still lives. */
const LOOK_EVERY = 250

// Before anything else is loaded, so that there is no moment in which the parent may vanish unseen.
watchParent(Number(process.env['MILLRACE_PARENT']))
delete process.env['MILLRACE_PARENT'] // not for what items start

// Ctrl-C reaches the whole process group; the parent decides what happens to its workers.
process.on('SIGINT', () => {})
// Not process.exit(): it waits for threads, and one that compiles TypeScript may be waiting for this one.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const { serve } = await import('../tasks/worker.ts')

let take: ((message: ToWorker) => void) | undefined
process.on('message', (message: ToWorker | { type: 'boot'; boot: Boot }) => {
  if (message.type !== 'boot') return take!(message)
  take = serve(message.boot, {
    post: (answer) => void process.send!(answer),
    tryClone: (value) => void serialize(value),
    canTransfer: false,
    keepAlive: (alive) => (alive ? process.channel?.ref() : process.channel?.unref()),
  })
})

/** A busy worker sees neither messages nor a closed channel, so a thread of its own watches the parent and ends the process. */
function watchParent(parent: number): void {
  const watch = `
    const parent = ${parent}, sleep = new Int32Array(new SharedArrayBuffer(4))
    const lives = () => { try { return process.ppid === parent && process.kill(parent, 0) } catch (error) { return error.code === 'EPERM' } }
    while (lives()) Atomics.wait(sleep, 0, 0, ${LOOK_EVERY})
    process.kill(process.pid, 'SIGKILL')`
  new Worker(watch, { eval: true, execArgv: [], env: {}, stdout: false }).unref()
}
