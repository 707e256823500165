import type { AsyncLocalStorage } from 'node:async_hooks'
import { Server, type AddressInfo } from 'node:net'

type Print = (stream: 'stdout' | 'stderr', text: string) => void

/**
 * What a worker's items print goes to the engine by the same way as their results, so that it arrives before them and in order.
 * What the module prints while it is imported was printed by the main thread already and is dropped.
 */
export function capturePrints(items: AsyncLocalStorage<unknown>, print: Print): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      if (items.getStore() !== undefined) print(stream, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
  }
}

/**
 * A server that the script starts above its first call belongs to the main thread: in a worker that imports the script, `listen`
 * opens no port and reports success, so that the code below it goes on. Items may listen as they like.
 */
export function muteServers(items: AsyncLocalStorage<unknown>): void {
  // eslint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { listen, address } = Server.prototype
  const muted = new WeakMap<Server, AddressInfo>()
  Server.prototype.listen = function (this: Server, ...args: any[]): Server {
    if (items.getStore() !== undefined) return listen.apply(this, args as Parameters<typeof listen>)
    const [options] = args
    const port = Number(typeof options === 'object' && options !== null ? options.port : options) || 0
    muted.set(this, { port, address: '127.0.0.1', family: 'IPv4' })
    const callback = args.at(-1)
    if (typeof callback === 'function') this.once('listening', callback as () => void)
    process.nextTick(() => this.emit('listening'))
    return this
  } as typeof listen
  Server.prototype.address = function (this: Server): ReturnType<typeof address> {
    return muted.get(this) ?? address.call(this)
  }
}
