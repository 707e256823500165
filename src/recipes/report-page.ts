import { basename } from 'node:path'
import { duration } from '../core/duration.ts'
import type { FailureGroup, JobStatus } from '../index.ts'
import { type Html, html, type Value } from './report-html.ts'
import type { Thumbnail } from './report-pictures.ts'
import { plotOf, rateText } from './report-plot.ts'
import { STYLE } from './report-style.ts'

/** What stands on the page. */
export interface ReportParts {
  status: JobStatus
  /** When it was read, in milliseconds since 1970. */
  now: number
  /** What wrote the run. */
  version: string
  seed: number
  input: string
  /** Digests of the job's files. */
  code: Readonly<Record<string, string>>
  kinds: readonly { extension: string; count: number; bytes: number }[]
  quantiles: readonly { share: number; ms: number }[]
  thumbnails: readonly Thumbnail[]
  others: readonly { name: string; size: number }[]
}

/** A value of a parameter may be a whole list: so much of it is shown. */
const MAX_VALUE = 500

/** So many causes, and kinds of outputs. */
const MAX_ROWS = 50

const STATES: Record<JobStatus['state'], string> = {
  running: 'It is running.',
  complete: 'It is complete: everything was tried.',
  stopped: 'It was stopped before its end; the command that began it goes on.',
}

/** One page about a run: it needs no other file, no script and no network, and says so to the browser. */
export function reportPage(parts: ReportParts): string {
  const { status, now } = parts
  const title = `${basename(status.out)}, made by ${basename(status.module)}`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - Millrace</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>${STATES[status.state]} Read at ${time(now)}.</p>
        </header>
        <main>
          ${counts(status)} ${section('throughput', 'Throughput', plotOf(status.began, status.throughput))} ${failures(status.failures)}
          ${section('pictures', 'Sample pictures', contactSheet(parts.thumbnails))} ${section('outputs', 'Outputs', outputs(parts))}
          ${section('time', 'Time of an item', times(parts))} ${section('run', 'The run', about(parts))}
        </main>
      </body>
    </html> `.text
}

function section(id: string, heading: string, content: Value): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    ${content}
  </section>`
}

function counts({ state, total, done, failed, remaining, rate, began, updated, throughput }: JobStatus): Html {
  const overall = ((throughput.at(-1)?.items ?? 0) * 1000) / Math.max(1, updated - began)
  const facts: [name: string, value: string][] = [
    ['Items', total === undefined ? 'not counted' : number(total)],
    ['Done', number(done)],
    ['Failed', number(failed)],
    ['To go', remaining === undefined ? 'unknown' : number(remaining)],
    state === 'running' ? ['Items a second, lately', rateText(rate)] : ['Items a second', rateText(overall)],
    ['From first to last', duration(Math.max(0, updated - began))],
  ]
  return html`<dl class="counts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}

function failures(groups: readonly FailureGroup[]): Html {
  if (groups.length === 0) return section('failures', 'Failures', html`<p>None.</p>`)
  const rows = groups.slice(0, MAX_ROWS).map(({ stage, code, count, index, item, message }) => [
    number(count),
    html`<code>${code}</code><br />while it ${STAGES[stage] ?? stage}`,
    html`<bdi>${item ?? `item ${index}`}</bdi>
      <pre>${message}</pre>`,
  ])
  return section('failures', 'Failures by cause', html`${table(['#Items', 'Cause', 'One of them'], rows)}${more(groups)}`)
}

const STAGES: Record<string, string> = { read: 'was read', run: 'ran', write: 'was written', metadata: 'was described' }

function contactSheet(thumbnails: readonly Thumbnail[]): Html {
  if (thumbnails.length === 0) return html`<p>No output is a PNG, JPEG or WebP file.</p>`
  // What all of them lack is said once.
  const [first, ...others] = thumbnails.map(({ picture }) => ('reason' in picture ? picture.reason : undefined))
  if (first !== undefined && others.length > 0 && others.every((reason) => reason === first)) return html`<p>${first}</p>`
  return html`<ul class="sheet">
    ${thumbnails.map(({ name, picture, height, width }) => {
      const size = height === undefined || width === undefined ? '' : html`<br /><small>${height} x ${width}</small>`
      const shown =
        'url' in picture
          ? html`<img src="${picture.url}" alt="" width="${picture.width}" height="${picture.height}" />`
          : html`<p class="missing">${picture.reason}</p>`
      return html`<li>
        <figure>
          ${shown}
          <figcaption><bdi>${name}</bdi>${size}</figcaption>
        </figure>
      </li> `
    })}
  </ul>`
}

function outputs({ kinds, others }: ReportParts): Html {
  if (kinds.length === 0) return html`<p>None yet.</p>`
  const rows = kinds.slice(0, MAX_ROWS).map(({ extension, count, bytes }) => [extension || 'without extension', number(count), size(bytes)])
  const all = html`${table(['Kind', '#Files', '#Together'], rows)}${more(kinds)}`
  if (others.length === 0) return all
  const some = others.map((output) => [html`<bdi>${output.name}</bdi>`, size(output.size)])
  return html`${all}
    <h3>Some that are no pictures</h3>
    ${table(['Name', '#Size'], some)}`
}

function times({ status, quantiles }: ReportParts): Html {
  if (quantiles.length === 0) return html`<p>No item is done yet.</p>`
  const shares = quantiles.map(({ share, ms }) => [share === 1 ? 'all' : `${share * 100} of 100`, milliseconds(ms)])
  const slowest = status.slowest.map(({ index, ms, item }) => [html`<bdi>${item ?? `item ${index}`}</bdi>`, milliseconds(ms)])
  return html`${table(['Items', '#Took at most'], shares)}
    <h3>The slowest</h3>
    ${table(['Item', '#Took'], slowest)}`
}

function about({ status, version, seed, input, code }: ReportParts): Html {
  const facts = [
    ['Output', html`<bdi>${status.out}</bdi>`],
    ['Job', html`<bdi>${status.module}</bdi>`],
    ['Input', html`<bdi>${input}</bdi>`],
    ['Begun', time(status.began)],
    [status.state === 'running' ? 'Last committed' : 'Ended', time(status.updated)],
    ['Seed', String(seed)],
    ['Millrace', version],
  ] as const
  const params = Object.entries(status.params).map(([name, value]) => [html`<code>${name}</code>`, html`<code>${shown(value)}</code>`])
  const digests = Object.entries(code).map(([file, digest]) => [html`<bdi>${file}</bdi>`, html`<code>${digest}</code>`])
  return html`<table>
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr> `,
        )}
      </tbody>
    </table>
    <h3>Parameters</h3>
    ${params.length === 0 ? html`<p>It has none.</p>` : table(['Name', 'Value'], params)}
    <h3>Code</h3>
    ${table(['File', 'Digest'], digests)}`
}

/** A heading that begins with # is of numbers. The first cell of a row is what the row is about. */
function table(headings: readonly string[], rows: readonly (readonly Value[])[]): Html {
  const kind = (column: number): string => (headings[column]!.startsWith('#') ? 'number' : 'text')
  return html`<table>
    <thead>
      <tr>
        ${headings.map((text, i) => html`<th scope="col" class="${kind(i)}">${text.replace('#', '')}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((value, i) => html`<td class="${kind(i)}">${value}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`
}

function more({ length }: readonly unknown[]): Value {
  return length > MAX_ROWS ? html`<p>And ${number(length - MAX_ROWS)} more.</p>` : ''
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return 'nothing'
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}… (${number(text.length)} characters)` : text
}

function time(ms: number): Html {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return html`an unknown time`
  const iso = date.toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`
}

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  for (; value >= 1000 && unit + 1 < units.length; unit++) value /= 1000
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

const milliseconds = (ms: number): string => (ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : duration(ms))
const number = (value: number): string => value.toLocaleString('en-US')
