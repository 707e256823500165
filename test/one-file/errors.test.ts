import { testErrors } from './errors.ts'
import { starts } from './program.ts'

testErrors(starts.importTsx, Number(process.versions.node.split('.')[0]))
testErrors(starts.strip, 24)
