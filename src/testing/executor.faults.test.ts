import { processes, threads } from 'millrace'
import { testExecutor } from 'millrace/testing'
import { describe, it } from 'vitest'

testExecutor('threads', () => threads(), { describe, it, slow: true })
testExecutor('processes', () => processes(), { describe, it, ownProcess: true, slow: true })
