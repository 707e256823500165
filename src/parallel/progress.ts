import { duration } from '../core/duration.ts'
import { setFooter } from '../engine/printer.ts'

/** Where a call stands. Times are milliseconds, the rate is items a second. */
export interface Progress {
  done: number
  failed: number
  total: number | undefined
  elapsed: number
  rate: number
  /** Milliseconds still to go at this rate; undefined while the total is unknown. */
  eta: number | undefined
}

export type ProgressOption = boolean | ((progress: Progress) => void)

export interface ProgressMeter {
  update(done: number, failed: number): void
  stop(): void
}

const BAR_EVERY = 100
const LINE_EVERY = 5_000

/**
 * Shows a call's progress on stderr: a bar on a terminal, else a plain line every few seconds and one at the end. A function is
 * called instead, at most ten times a second and once at the end.
 */
export function startProgress(option: ProgressOption | undefined, total: number | undefined, label = ''): ProgressMeter | undefined {
  if (option === undefined || option === false) return undefined
  const started = performance.now()
  const now: Progress = { done: 0, failed: 0, total, elapsed: 0, rate: 0, eta: undefined }
  const isTerminal = process.stderr.isTTY
  const prefix = label === '' ? '' : `${label} `
  const draw = (): void => void process.stderr.write(`\r\x1b[2K${`${prefix}${bar(now)}`.slice(0, (process.stderr.columns ?? 80) - 1)}`)
  const clear = (): void => void process.stderr.write('\r\x1b[2K')
  const line = (): void => void process.stderr.write(`${prefix}${words(now)}\n`)
  const show = typeof option === 'function' ? () => option({ ...now }) : isTerminal ? draw : line
  const every = typeof option === 'function' || isTerminal ? BAR_EVERY : LINE_EVERY
  if (show === draw) setFooter({ clear, draw })
  let last = started
  const measure = (time: number): void => {
    now.elapsed = time - started
    now.rate = now.elapsed > 0 ? (now.done * 1000) / now.elapsed : 0
    now.eta = total === undefined || now.rate === 0 ? undefined : Math.max(0, ((total - now.done) * 1000) / now.rate)
  }
  return {
    update(done, failed) {
      now.done = done
      now.failed = failed
      const time = performance.now()
      if (time - last < every) return
      last = time
      measure(time)
      show()
    },
    stop() {
      measure(performance.now())
      if (show === draw) {
        setFooter(undefined)
        clear()
        line()
      } else show()
    },
  }
}

function bar(now: Progress): string {
  if (now.total === undefined) return words(now)
  const share = now.total === 0 ? 1 : Math.min(1, now.done / now.total)
  const filled = Math.round(share * 24)
  return `${'█'.repeat(filled)}${'░'.repeat(24 - filled)} ${String(Math.floor(share * 100)).padStart(3)}%  ${words(now)}`
}

function words({ done, failed, total, elapsed, rate, eta }: Progress): string {
  const count = total === undefined ? `${number(done)} items` : `${number(done)}/${number(total)}`
  const time = eta === undefined || done === total ? `in ${duration(elapsed)}` : `${duration(eta)} left`
  return `${count}  ${number(rate)}/s  ${time}${failed > 0 ? `  ${number(failed)} failed` : ''}`
}

function number(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2)
}
