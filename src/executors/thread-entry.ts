// What a worker thread runs first.
import { parentPort, workerData } from 'node:worker_threads'
import type { Boot, ToWorker } from '../core/executor.ts'
import { serve } from '../tasks/worker.ts'

const port = parentPort!
const take = serve(workerData as Boot, {
  post: (message, transfer) => port.postMessage(message, transfer),
  tryClone: (value) => void structuredClone(value),
  canTransfer: true,
  keepAlive: (alive) => (alive ? port.ref() : port.unref()),
})
port.on('message', (message: ToWorker) => take(message))
