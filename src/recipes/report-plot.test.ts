import { expect, test } from 'vitest'
import { plotOf, type Point, ratesOf } from './report-plot.ts'

const itemsOf = (bins: ReturnType<typeof ratesOf>): number => bins.reduce((sum, { from, to, rate }) => sum + (rate * (to - from)) / 1000, 0)

test('the parts cover the run without gaps, and hold all items, whatever the batches', () => {
  let [time, items] = [5000, 0]
  const points: Point[] = Array.from({ length: 97 }, (_, i) => ({ time: (time += 1 + ((i * 7919) % 1300)), items: (items += i % 11) }))
  const bins = ratesOf(5000, points)
  expect(bins.length).toBe(60)
  expect(bins[0]!.from).toBe(0)
  expect(bins.at(-1)!.to).toBeCloseTo(time - 5000)
  bins.slice(1).forEach(({ from }, i) => expect(from).toBe(bins[i]!.to))
  expect(itemsOf(bins)).toBeCloseTo(items)
})

test('an even run is even; a pause is seen; a clock that was set back adds nothing and takes nothing', () => {
  const even = ratesOf(
    0,
    [1, 2, 3, 4].map((second) => ({ time: second * 1000, items: second * 50 })),
  )
  expect(even.map(({ rate }) => rate)).toEqual([50, 50, 50, 50])
  const paused = ratesOf(0, [
    { time: 1000, items: 100 },
    { time: 9000, items: 100 },
    { time: 10_000, items: 200 },
  ])
  expect(paused[1]!.rate).toBe(0)
  expect(itemsOf(paused)).toBeCloseTo(200)
  const back = ratesOf(10_000, [
    { time: 12_000, items: 10 },
    { time: 9000, items: 20 },
    { time: 14_000, items: 30 },
  ])
  expect(back.every(({ rate }) => rate >= 0)).toBe(true)
  expect(itemsOf(back)).toBeCloseTo(30)
})

test('nothing committed, or all at the moment it began, is no plot', () => {
  expect(ratesOf(0, [])).toEqual([])
  expect(ratesOf(7, [{ time: 7, items: 3 }])).toEqual([])
  expect(plotOf(0, []).text).toMatch(/^<p>Nothing was committed yet/)
  expect(plotOf(0, [{ time: 100, items: 0 }]).text).not.toMatch(/NaN|Infinity/)
})
