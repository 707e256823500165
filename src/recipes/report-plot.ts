import { duration } from '../core/duration.ts'
import { type Html, html } from './report-html.ts'

/** Items that were committed by a time, in milliseconds since 1970. */
export interface Point {
  time: number
  items: number
}

interface Bin {
  /** Milliseconds since the run began. */
  from: number
  to: number
  /** Items a second. */
  rate: number
}

const BINS = 60
const [WIDTH, HEIGHT] = [600, 160]

/**
 * Items a second over the time of a run. Commits come in batches, so the count is drawn out evenly between them and cut into equal parts
 * of the whole time, pauses included.
 *
 * @param points In the order of their commits; a clock that was set back counts as standing still.
 */
export function ratesOf(began: number, points: readonly Point[]): Bin[] {
  const curve = [{ time: 0, items: 0 }]
  for (const { time, items } of points) curve.push({ time: Math.max(time - began, curve.at(-1)!.time), items })
  const end = curve.at(-1)!.time
  if (end === 0) return []
  const count = Math.min(BINS, points.length)
  const bins: Bin[] = []
  for (let i = 0, at = 0, before = 0; i < count; i++) {
    const [from, to] = [(end * i) / count, (end * (i + 1)) / count]
    while (at + 1 < curve.length && curve[at + 1]!.time <= to) at++
    const [low, high] = [curve[at]!, curve[at + 1]]
    const part = high === undefined ? 0 : (to - low.time) / (high.time - low.time)
    const items = high === undefined ? low.items : low.items + part * (high.items - low.items)
    bins.push({ from, to, rate: ((items - before) * 1000) / (to - from) })
    before = items
  }
  return bins
}

/** The plot, as SVG that grows with the page, and its numbers as a table. Labels are HTML, so that they are read at any width. */
export function plotOf(began: number, points: readonly Point[]): Html {
  const bins = ratesOf(began, points)
  const end = bins.at(-1)?.to
  if (end === undefined) return html`<p>Nothing was committed yet.</p>`
  const top = ceiling(Math.max(...bins.map(({ rate }) => rate)))
  const x = (time: number): string => ((WIDTH * time) / end).toFixed(1)
  const y = (rate: number): string => (HEIGHT * (1 - rate / top)).toFixed(1)
  const steps = bins.map(({ from, to, rate }) => `L${x(from)} ${y(rate)}L${x(to)} ${y(rate)}`).join('')
  const highest = rateText(Math.max(...bins.map(({ rate }) => rate)))
  return html`<figure class="plot">
    <figcaption>Items a second, over ${duration(end)}; at most ${highest}</figcaption>
    <div class="axes">
      <div class="y" aria-hidden="true"><span>${rateText(top)}</span><span>${rateText(top / 2)}</span><span>0</span></div>
      <svg
        role="img"
        aria-label="Throughput over time: at most ${highest} items a second, over ${duration(end)}."
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
      >
        <path class="grid" d="M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}" />
        <path class="area" d="M0 ${HEIGHT}${steps}L${WIDTH} ${HEIGHT}Z" />
      </svg>
      <div class="x" aria-hidden="true"><span>0 s</span><span>${duration(end / 2)}</span><span>${duration(end)}</span></div>
    </div>
    <details>
      <summary>The plot as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" class="number">Items a second</th>
          </tr>
        </thead>
        <tbody>
          ${bins.map(
            ({ from, to, rate }) =>
              html`<tr>
                <td>${duration(from)}</td>
                <td>${duration(to)}</td>
                <td class="number">${rateText(rate)}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </details>
  </figure>`
}

/** The next number of one digit, or half of one, that is not below. */
function ceiling(value: number): number {
  if (!(value > 0)) return 1
  const unit = 10 ** Math.floor(Math.log10(value))
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * unit >= value)! * unit
}

export function rateText(rate: number): string {
  return rate < 10 ? String(Number(rate.toPrecision(2))) : Math.round(rate).toLocaleString('en-US')
}
