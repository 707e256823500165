// Puts the Node.js majors that test/nodes.ts looks for into node_modules/.cache/nodes, from npm's platform packages.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

for (const major of [20, 22, 24, 26]) {
  const folder = fileURLToPath(new URL(`../node_modules/.cache/nodes/${major}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const { status } = spawnSync('npm', ['install', '--no-save', '--prefix', folder, `node-${platform}-${process.arch}@${major}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exitCode = 1
}
