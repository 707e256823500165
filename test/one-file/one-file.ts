import { expect, test } from 'vitest'
import { nodes } from '../nodes.ts'
import type { Case } from './cases.ts'
import { runProgram, strips, type Start } from './program.ts'

/** Tests that cases print what they should, started this way on this Node. */
export function testCases(cases: readonly Case[], start: Start, major: number, executors: readonly string[]): void {
  const { node, version } = nodes.find((other) => other.major === major)!
  if (node === undefined) console.warn(`one file on Node ${major}: ${version}`)
  const runs = node !== undefined && (start.extension === 'mjs' || start.args.length > 0 || strips(major))
  for (const { name, main, files, prints, complains, executors: only = executors, since = 0, starts = () => true } of cases) {
    for (const executor of executors) {
      if (!only.includes(executor) || major < since || !starts(start)) continue
      test.skipIf(!runs)(`Node ${major}, ${start.name}, ${executor}: ${name}`, async () => {
        const { stdout, stderr, code } = await runProgram({ main, ...files }, start, node!, [executor, '7', '-x', 'y z'])
        expect({ stdout, stderr, code }).toEqual({ stdout: `${prints}\n`, stderr: complains ?? '', code: 0 })
      })
    }
  }
}
