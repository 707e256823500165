// The figures as a Markdown table, for the terminal and for docs/benchmarks.md.

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))
const milliseconds = (value) => (value === undefined ? 'absent' : `${number(value)} ms`)
const aimed = (aim) => (aim === undefined ? '' : typeof aim === 'string' ? aim : aim === 1 ? 'ahead' : `${aim} x`)
const verdict = ({ aim, met }) => (met === undefined ? (aim === undefined ? '' : 'absent') : met ? 'met' : '**missed**')

/** @param {string[][]} rows The first one is the head. Columns are padded so that the text reads well as it is. */
function markdown(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)))
  const write = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [write(rows[0]), write(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(write)].join('\n')
}

export function table({ rows, failed }) {
  const lines = Object.values(rows).flat()
  const measured = lines.filter(({ profile }) => profile === undefined)
  const notes = [...new Set(measured.flatMap(({ note }) => note || []))]
  const parts = [
    markdown([
      ['work', 'against', 'ours', 'peer', 'times as fast', 'aim', '', 'note'],
      ...measured.map((line) => [
        line.work,
        line.against,
        milliseconds(line.ours),
        milliseconds(line.peer),
        line.ratio === undefined ? '' : number(line.ratio),
        aimed(line.aim),
        verdict(line),
        line.note ? `[${notes.indexOf(line.note) + 1}]` : '',
      ]),
    ]),
    ...(notes.length > 0 ? [notes.map((note, i) => `[${i + 1}] ${note}`).join('\n\n')] : []),
    ...lines.flatMap(({ footnote }) => footnote ?? []),
    ...lines.flatMap(({ profile }) => (profile === undefined ? [] : profileTable(profile))),
    ...Object.entries(failed).map(([name, message]) => `Row ${name} could not run: ${message}`),
  ]
  return parts.join('\n\n')
}

function profileTable(profile) {
  const total = Object.values(profile).reduce((sum, part) => sum + part, 0)
  const share = (part) => `${((part / total) * 100).toFixed(0)}%`
  return [
    'One spectrogram (1 s at 16 kHz to a 224 x 224 PNG file) by stage, one core, median:',
    markdown([
      ['stage', 'microseconds', 'share'],
      ...Object.entries(profile).map(([stage, part]) => [stage, part.toFixed(0), share(part)]),
      ['together', total.toFixed(0), ''],
    ]),
  ]
}

export function page(report) {
  const listed = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`)
  return `# Benchmarks

Written by \`npm run bench\` on ${report.date}. Medians of runs that alternate with the peer's on the same input, machine and cores;
"times as fast" is the peer's time over ours. Absolute times move with the machine's mood, ratios far less.

Machine: ${report.machine}. Versions: ${listed.join(', ')}.

${table(report)}
`
}
