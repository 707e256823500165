import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { availableCpus } from './cpus.ts'

const cpus = (files: Record<string, string>): number => availableCpus((path) => files[path])
const all = availableParallelism()

test('without control groups the affinity decides', () => {
  expect(cpus({})).toBe(all)
  expect(cpus({ '/proc/self/cgroup': '0::/user.slice\n', '/sys/fs/cgroup/user.slice/cpu.max': 'max 100000\n' })).toBe(all)
})

test('a version 2 quota counts, also one of a group above, rounded down and never below 1', () => {
  expect(cpus({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '25000 100000\n' })).toBe(1)
  expect(cpus({ '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/cpu.max': '199000 100000\n' })).toBe(1)
  expect(cpus({ '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/cpu.max': '99900000 100000\n' })).toBe(all)
})

test('a version 1 quota counts', () => {
  const group = '/sys/fs/cgroup/cpu,cpuacct/docker/x'
  const files = { '/proc/self/cgroup': '4:cpu,cpuacct:/docker/x\n3:memory:/m\n', [`${group}/cpu.cfs_period_us`]: '100000\n' }
  expect(cpus({ ...files, [`${group}/cpu.cfs_quota_us`]: '100000\n' })).toBe(1)
  expect(cpus({ ...files, [`${group}/cpu.cfs_quota_us`]: '-1\n' })).toBe(all)
})

test('nonsense in the files is no limit', () => {
  expect(cpus({ '/proc/self/cgroup': 'what\n0::/\n', '/sys/fs/cgroup/cpu.max': 'x y' })).toBe(all)
})
