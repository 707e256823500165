// The whole product of programs, ways to start them, Nodes and executors.
import { cases } from './cases.ts'
import { testCases } from './one-file.ts'
import { starts } from './program.ts'

for (const major of [20, 24]) for (const start of Object.values(starts)) testCases(cases, start, major, ['threads', 'processes'])
