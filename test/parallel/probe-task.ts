import { task, type Task } from 'millrace'

export interface ProbeParams {
  /** How often each item fails, by index. */
  fails: number[]
  /** What is returned. */
  returns: 'told' | 'item' | 'number' | 'large' | 'nothing'
}

/** Tells all that a task can see; sync or async by turns. */
export const probe: Task<unknown, unknown, ProbeParams> = task(import.meta, {
  params: { fails: [], returns: 'told' } as ProbeParams,
  run(item: unknown, index, { params, random, attempt }): unknown {
    const result = (): unknown => {
      if (attempt <= (params.fails[index] ?? 0)) throw new RangeError(`try ${attempt}`, { cause: item })
      if (params.returns === 'told') return { item, index, attempt, random: random() }
      if (params.returns === 'item') return item
      if (params.returns === 'number') return index === 3 ? -0 : index * 1.5
      // Large enough to be handed over instead of cloned.
      if (params.returns === 'large') return { index, vector: new Float32Array(index % 8 === 0 ? 1100 : 1).fill(index) }
      return undefined
    }
    return index % 3 === 1 ? Promise.resolve().then(result) : result()
  },
})
