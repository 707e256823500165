// Thousands of wavs to PNG files, as whole processes, against the leanest Python.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { alternate, inTempFolder, line, median, output, pythonPath, root, sounds } from '../measure.mjs'
import { leanPython, making, millrace } from '../spectrograms.mjs'

export default async function row({ quick }) {
  const count = quick ? 300 : 5000
  const [folder, few] = [sounds(count), sounds(40)]
  const equality = pythonPath && (await compare())
  const lines = []
  for (const [place, base] of Object.entries(places(quick))) {
    const figures = await alternate(
      {
        ours: making(millrace(2), folder, count, base),
        oursStart: making(millrace(2), few, 40, base),
        ...(pythonPath && { peer: making(leanPython(2), folder, count, base), peerStart: making(leanPython(2), few, 40, base) }),
      },
      quick ? 3 : 5,
      quick ? 0 : 1,
    )
    const ms = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, median(values)]))
    const work = `${count.toLocaleString('en')} wavs to PNG files ${place}, 2 workers`
    const each = (part) => `${(part / (count - 40)).toFixed(2)} ms`
    lines.push(
      line({
        work: `${work}, start-up included`,
        against: 'the leanest Python',
        ours: ms.ours,
        peer: ms.peer,
        aim: 2,
        note: equality,
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

/** Making a file can cost more than its picture: on the disk both sides wait for the file system, on a RAM disk hardly. */
function places(quick) {
  const ram = existsSync('/dev/shm') ? { 'on a RAM disk': '/dev/shm' } : {}
  return quick ? { 'on the disk': undefined } : { 'on the disk': undefined, ...ram }
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
