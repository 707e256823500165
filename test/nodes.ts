import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A Node.js to test with; `node` is undefined when it is not installed. */
export interface Node {
  major: number
  node: string | undefined
  version: string
}

/**
 * The Node.js that runs the tests, and what `node test/install-nodes.mjs` has put into node_modules/.cache/nodes for the other majors.
 */
export const nodes: readonly Node[] = [20, 22, 24, 26].map((major) => {
  const running = Number(process.versions.node.split('.')[0]) === major
  const node = running ? process.execPath : installed(major)
  return { major, node, version: node === undefined ? 'not installed, run node test/install-nodes.mjs' : `runs ${node}` }
})

function installed(major: number): string | undefined {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const folder = new URL(`../node_modules/.cache/nodes/${major}/node_modules/node-${platform}-${process.arch}/`, import.meta.url)
  const file = fileURLToPath(new URL(process.platform === 'win32' ? 'bin/node.exe' : 'bin/node', folder))
  return existsSync(file) ? file : undefined
}
