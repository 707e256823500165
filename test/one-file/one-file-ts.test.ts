import { cases } from './cases.ts'
import { testCases } from './one-file.ts'
import { starts } from './program.ts'

testCases(cases, starts.importTsx, Number(process.versions.node.split('.')[0]), ['processes'])
testCases(cases.slice(0, 1), starts.npxTsx, 24, ['threads'])
testCases(cases.slice(0, 3), starts.strip, 24, ['threads'])
testCases(
  cases.filter(({ since }) => since !== undefined),
  starts.strip,
  24,
  ['threads'],
)
