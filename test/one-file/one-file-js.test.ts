import { cases } from './cases.ts'
import { testCases } from './one-file.ts'
import { starts } from './program.ts'

testCases(cases, starts.js, Number(process.versions.node.split('.')[0]), ['threads'])
testCases(cases.slice(0, 3), starts.js, 24, ['processes'])
