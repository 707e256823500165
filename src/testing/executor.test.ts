import { inline, processes, threads } from 'millrace'
import { testExecutor } from 'millrace/testing'
import { describe, it } from 'vitest'

testExecutor('inline', () => inline(), { describe, it, isolated: false })
testExecutor('threads', () => threads(), { describe, it })
testExecutor('processes', () => processes(), { describe, it, ownProcess: true })
