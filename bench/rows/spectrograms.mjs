// Thousands of wavs to PNG files, as whole processes, against the leanest Python.
import { join } from 'node:path'
import { alternate, inTempFolder, line, median, output, pythonPath, root, sounds } from '../measure.mjs'
import { leanPython, making, millrace } from '../spectrograms.mjs'

export default async function row({ quick }) {
  const count = quick ? 300 : 5000
  const [folder, few] = [sounds(count), sounds(40)]
  const equality = pythonPath && (await compare())
  const lines = []
  for (const kind of quick ? ['rgb'] : ['rgb', 'palette']) {
    const figures = await alternate(
      {
        ours: making(millrace(2, kind), folder, count),
        oursStart: making(millrace(2, kind), few, 40),
        ...(pythonPath && { peer: making(leanPython(2, kind), folder, count), peerStart: making(leanPython(2, kind), few, 40) }),
      },
      quick ? 3 : 5,
      quick ? 0 : 1,
    )
    const ms = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, median(values)]))
    const work = `${count.toLocaleString('en')} wavs to ${kind} PNG files, 2 workers`
    const each = (part) => `${(part / (count - 40)).toFixed(2)} ms`
    lines.push(
      line({
        work: `${work}, start-up included`,
        against: 'the leanest Python',
        ours: ms.ours,
        peer: ms.peer,
        aim: 2,
        note: kind === 'rgb' ? equality : 'the peer leaves the tick marks out',
        figures,
      }),
      line({
        work: `${work}, start-up taken off`,
        against: 'the leanest Python',
        ours: ms.ours - ms.oursStart,
        peer: pythonPath && ms.peer - ms.peerStart,
        aim: 2.5,
        note: `start-up is the same command on 40 files, ours ${ms.oursStart.toFixed(0)} ms; ours then takes ${each(ms.ours - ms.oursStart)} a file`,
      }),
    )
  }
  return lines
}

/** Both sides must draw the same. */
async function compare() {
  return inTempFolder(async (out) => {
    const folder = sounds(20)
    await millrace(2)(folder, join(out, 'ours'))
    await leanPython(2)(folder, join(out, 'peer'))
    const said = await output(pythonPath, [join(root, 'bench/peers/lean.py'), '--compare', join(out, 'ours'), join(out, 'peer')])
    const { pictures, worst, equal } = JSON.parse(said)
    if (pictures !== 20 || worst > 1) throw new Error(`the pictures of both sides differ: ${said}`)
    return `the same pictures: at most ${worst} colour level apart, ${(equal * 100).toFixed(2)}% of pixels equal`
  })
}
