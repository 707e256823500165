// Builds dist/: the WebAssembly kernels with AssemblyScript, then the library with tsc (one file in, one file out).
// A kernel is compiled again only when its source is newer than its .wasm.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const bin = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file)
const run = (args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const sources = join(root, 'src/kernels/assembly')
const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)
const newest = Math.max(0, ...readdirSync(sources).map((name) => modified(join(sources, name))))
mkdirSync(join(root, 'dist/kernels'), { recursive: true })
for (const name of readdirSync(sources)) {
  // Files that start with _ are shared by kernels and are not kernels themselves.
  if (!name.endsWith('.ts') || name.startsWith('_')) continue
  const wasm = join(root, 'src/kernels', name.replace(/\.ts$/, '.wasm'))
  if (modified(wasm) < newest) {
    run([
      bin('assemblyscript', 'bin/asc.js'),
      join(sources, name),
      '--outFile',
      wasm,
      '--optimizeLevel',
      '3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--use',
      'abort=',
    ])
  }
  cpSync(wasm, join(root, 'dist/kernels', name.replace(/\.ts$/, '.wasm')))
}
run([bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json'])
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
