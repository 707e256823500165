// Checks types: the library, then the tests and examples, then test/types against the built declarations as a user's project sees
// them, each line of which is compiled by TypeScript 7 and 5.9 with and without exactOptionalPropertyTypes.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const packageOf = (name) => dirname(require.resolve(`${name}/package.json`))
const versionOf = (name) => JSON.parse(readFileSync(join(packageOf(name), 'package.json'), 'utf8')).version

let failed = false
/** Runs a Node script and prints one line, or what it complains of. */
const check = (label, args) => {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '' },
  })
  const ok = status === 0
  failed ||= !ok
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'} ${label}  ${((performance.now() - started) / 1000).toFixed(1)} s\n${ok ? '' : stdout + stderr}`,
  )
}
const compile = (label, name, ...args) => check(`${label}: TypeScript ${versionOf(name)}`, [join(packageOf(name), 'bin/tsc'), ...args])

check('build', [join(root, 'scripts/build.mjs')])
compile('the library', 'typescript', '-p', 'tsconfig.json', '--noEmit')
compile('tests and examples', 'typescript', '-p', 'tsconfig.test.json')
for (const name of ['typescript', 'typescript-5.9']) {
  for (const exact of ['true', 'false']) {
    compile(`as a user sees it, exactOptionalPropertyTypes ${exact}`, name, '-p', 'test/types', '--exactOptionalPropertyTypes', exact)
  }
}
process.exit(failed ? 1 : 0)
