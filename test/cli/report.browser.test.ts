// The page of millrace report in a browser: Debian's chromium, through playwright-core. Skipped, with the reason, where one is absent.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { millrace } from './millrace.ts'
import { makePhotos } from './report-photos.ts'

/** What is used of playwright-core, which need not be installed. */
interface Browser {
  newPage(options: object): Promise<Page>
  close(): Promise<void>
}
interface Page {
  on(event: 'console' | 'pageerror' | 'request' | 'dialog', listen: (what: any) => void): void
  goto(url: string): Promise<unknown>
  evaluate<T>(code: string): Promise<T>
  screenshot(options?: object): Promise<Buffer>
  close(): Promise<void>
}

const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))
const name = 'playwright-core'
const playwright = (await import(/* @vite-ignore */ name).catch(() => undefined)) as
  | { chromium: { launch(options: object): Promise<Browser> } }
  | undefined
const missing =
  playwright === undefined
    ? 'playwright-core is not installed (npm ci)'
    : executablePath === undefined
      ? 'there is no chromium (apt-get install chromium, or its path in CHROMIUM)'
      : undefined
if (missing !== undefined) console.log(`The report is not looked at in a browser: ${missing}.`)

/** Text and the ground it stands on, everywhere on the page: the least contrast there is, as WCAG 2.2 reckons it. */
const LEAST_CONTRAST = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * R + 0.7152 * G + 0.0722 * B
  }
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor)
      if (color[3] !== 0) return color
    }
  }
  const texts = [...document.querySelectorAll('body *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  return Math.min(...texts.map((e) => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x)
    return (a + 0.05) / (b + 0.05)
  }))
})()`

describe.skipIf(missing !== undefined)('in a browser', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-report-page-'))
  const url = pathToFileURL(join(root, 'report.html')).href
  let browser: Browser
  beforeAll(async () => {
    makePhotos(join(root, 'photos'))
    await millrace(['resize', 'photos', '--size', '200x180', '--out', 'out'], root)
    expect((await millrace(['report', 'out', '--html', 'report.html'], root)).code).toBe(0)
    browser = await playwright!.chromium.launch({ executablePath, args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    rmSync(root, { recursive: true })
  })

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('%d pixels wide, %s', async (width, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
    const [said, asked]: string[][] = [[], []]
    page.on('console', (message: { text(): string }) => said!.push(message.text()))
    page.on('pageerror', (error: Error) => said!.push(error.message))
    page.on('dialog', (dialog: { message(): string; dismiss(): void }) => {
      said!.push(dialog.message())
      dialog.dismiss()
    })
    page.on('request', (request: { url(): string }) => void (request.url().startsWith('data:') || asked!.push(request.url())))
    await page.goto(url)
    await page.evaluate('Promise.all([...document.images].map((image) => image.decode()))')

    expect(
      await page.evaluate('[...document.images].map(({ naturalHeight, naturalWidth }) => `${naturalHeight}x${naturalWidth}`)'),
    ).toEqual(Array.from({ length: 48 }, () => '160x144'))
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    // The plot has a size, and a colour of its own.
    const [wide, high, fill, ground] = await page.evaluate<[number, number, string, string]>(`(() => {
      const area = document.querySelector('svg .area')
      const { width, height } = area.getBoundingClientRect()
      return [width, height, getComputedStyle(area).fill, getComputedStyle(document.body).backgroundColor]
    })()`)
    expect(wide).toBeGreaterThan(width * 0.5)
    expect(high).toBeGreaterThan(50)
    expect(fill).not.toBe(ground)
    expect(await page.evaluate<number>(LEAST_CONTRAST)).toBeGreaterThanOrEqual(7)
    const isDark = await page.evaluate<boolean>(`getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 26)'`)
    expect(isDark).toBe(colorScheme === 'dark')
    // Names that are tags made none.
    expect(await page.evaluate('document.querySelectorAll("main b, [onclick], [onerror], script").length')).toBe(0)
    expect((await page.screenshot()).length).toBeGreaterThan(1000)
    expect({ said, asked }).toEqual({ said: [], asked: [url] })
    await page.close()
  })
})
