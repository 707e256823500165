import type { Automatic, Place } from './call.ts'

/** Starting workers costs about this much before the first has been started and measured, in milliseconds. */
const START_MS = 100
/** Automatic mode looks at the items' own time only after so much of it. */
const MEASURE_MS = 10

/**
 * Starts in place; moves when the rest, shared out, saves twice what starting workers costs.
 *
 * @param itemMs What an item costs this thread even when a worker does it: two messages, and what it makes of the result.
 * @param workers The place to move to, made when it may be wanted; undefined when there is none after all.
 */
export function moveWhenItPays(itemMs: number, workers: () => Place | undefined, explain: (reason: string) => void): Automatic {
  let moved = false
  explain('in place, to measure the first items')
  return {
    decide({ done, remaining, busy }) {
      // The first items run cold; less than this says nothing about the rest.
      if (moved || busy < MEASURE_MS) return undefined
      const each = busy / done
      // Of an input that can't say how long it is, expect as much again as there has been.
      const items = remaining ?? done
      const left = items * each
      if (left < 2) return undefined
      const place = workers()
      moved = place === undefined
      if (place === undefined) return undefined
      const warm = place.pool.idle >= place.numWorkers
      if (left * (1 - 1 / place.numWorkers) - items * itemMs < 2 * (warm ? 1 : START_MS)) return undefined
      moved = true
      explain(
        `${place.numWorkers} threads: an item takes ${each.toPrecision(2)} ms, so about ${Math.round(left)} ms are left, which workers shorten by more than the ${warm ? 'few' : START_MS} ms it takes to ${warm ? 'use' : 'start'} them`,
      )
      return place
    },
    failed: (reason) => explain(`in place after all: threads can't be started (${reason})`),
  }
}

/** Where reasons go that the `explain` option asks for. */
export function explainer(option: boolean | ((reason: string) => void) | undefined): (reason: string) => void {
  if (typeof option === 'function') return option
  return option === true ? (reason) => void process.stderr.write(`millrace: ${reason}\n`) : () => {}
}
