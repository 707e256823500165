import { nodes } from '../nodes.ts'
import { testErrors } from './errors.ts'
import { starts, strips } from './program.ts'

for (const { major } of nodes) {
  testErrors(starts.importTsx, major)
  if (strips(major)) testErrors(starts.strip, major)
}
