import { constants } from 'node:os'

export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** 128 and the signal's number, as shells have it, once there was one. */
  readonly exitCode: number | undefined
  /** Gives signals back their usual effect. */
  release(): void
}

/** Ctrl-C, or SIGTERM, gives a run up in good order; the second one ends the program on the spot. */
export function interruptible(): Interruption {
  const controller = new AbortController()
  let exitCode: number | undefined
  const on = (name: NodeJS.Signals): void => {
    if (exitCode !== undefined) process.exit(exitCode)
    exitCode = 128 + constants.signals[name]
    controller.abort(new DOMException(`the program received ${name}`, 'AbortError'))
  }
  const names = ['SIGINT', 'SIGTERM'] as const
  for (const name of names) process.on(name, on)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    release() {
      for (const name of names) process.off(name, on)
    },
  }
}
