import { Html } from './report-html.ts'

/** Text has a contrast of 7 to 1 or more on its ground, in light and in dark; the plot of 4 to 1. */
export const STYLE: Html = new Html(`
:root { color-scheme: light dark; --ground: #ffffff; --raised: #f3f5f7; --line: #c9d0d6; --text: #1a1f24; --dim: #465059; --accent: #1f6feb }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --raised: #1f2428; --line: #3b444c; --text: #e8ebee; --dim: #b3bcc4; --accent: #5aa2ff }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0 }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem }
header p, dt, small, figcaption { color: var(--dim) }
header p { margin: 0 }
code, pre { font: 0.875rem/1.4 ui-monospace, monospace }
pre { margin: 0.25rem 0 0; white-space: pre-wrap }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.75rem 0.35rem 0; text-align: start; vertical-align: top }
th { color: var(--dim); font-weight: 600 }
th.number, td.number { text-align: end; width: 1%; white-space: nowrap; padding-inline-start: 0.75rem }
td.text { min-width: 6.5rem }
tbody th { white-space: nowrap; width: 1% }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.5rem; margin: 1rem 0 }
.counts div { background: var(--raised); border-radius: 0.5rem; padding: 0.5rem 0.75rem }
.counts dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums }
figure { margin: 0 }
.axes { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.5rem; margin: 0.5rem 0; font-size: 0.8125rem; color: var(--dim) }
.axes svg { display: block; width: 100%; height: 11rem }
.y, .x { display: flex; justify-content: space-between }
.y { flex-direction: column; text-align: end }
.x { grid-column: 2 }
.grid { fill: none; stroke: var(--line); vector-effect: non-scaling-stroke }
.area { fill: var(--accent) }
summary { cursor: pointer }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem; list-style: none; margin: 0; padding: 0 }
.sheet img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line) }
.sheet figcaption { font-size: 0.8125rem; margin-top: 0.25rem }
.missing { border: 1px dashed var(--line); padding: 0.5rem; margin: 0; font-size: 0.8125rem }
@media print { body { max-width: none } section { break-inside: avoid-page } }
`)
