import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * How many CPUs this process may really use: its affinity (`taskset`), cut by the CPU quota of its control group and the groups
 * above it (`docker --cpus`, Kubernetes limits), which Node does not see. A quota of 2.5 CPUs counts as 2; never less than 1.
 */
export function availableCpus(read: (path: string) => string | undefined = readOrNothing): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(quota(read))))
}

function quota(read: (path: string) => string | undefined): number {
  let least = Infinity
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (path === undefined) continue
    // Version 2 has one tree without named controllers; version 1 has a tree for cpu. In a container the group's own folder is
    // mounted as the root, so the path may not exist there and the walk ends at the root all the same.
    const v2 = controllers === ''
    if (!v2 && !controllers!.split(',').includes('cpu')) continue
    for (const root of v2 ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct']) {
      for (let group = path; ; group = dirname(group)) {
        least = Math.min(least, v2 ? quotaV2(read(join(root, group, 'cpu.max'))) : quotaV1(read, join(root, group)))
        if (group === '/') break
      }
    }
  }
  return least
}

/** `max 100000` or `150000 100000`: microseconds of CPU time in each period. */
function quotaV2(text: string | undefined): number {
  const [limit, period] = (text ?? '').trim().split(/\s+/).map(Number)
  return limit! > 0 && period! > 0 ? limit! / period! : Infinity
}

function quotaV1(read: (path: string) => string | undefined, group: string): number {
  const limit = Number(read(join(group, 'cpu.cfs_quota_us')))
  const period = Number(read(join(group, 'cpu.cfs_period_us')))
  return limit > 0 && period > 0 ? limit / period : Infinity
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
