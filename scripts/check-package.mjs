// Packs the package as npm would publish it, looks at what is in it, installs it in an empty folder and uses it there.
// Needs dist/ (npm run build). Prints a line for each check, exits 1 when one fails.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAX_PACKED = 1_400_000
/** Files of ours that importing the front door may load; the parser of inline functions and the rest wait for their use. */
// Each costs a program, and each of its workers, a third of a millisecond.
const MAX_LOADED = 130

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
const windows = process.platform === 'win32'
let failed = 0

try {
  const tarball = pack()
  check('publint finds nothing', () => run('npx', ['--no-install', 'publint', tarball, '--strict', '--pack', 'false'], root))
  const app = install(tarball)
  checkEntries(app)
  checkFrontDoor(app)
  checkCommandLine(app)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(failed === 0 ? 'the package is in order' : `${failed} checks of the package failed`)
process.exitCode = failed === 0 ? 0 : 1

function pack() {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root).stdout)
  const paths = packed.files.map(({ path }) => path)
  check(`${paths.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked`, () => {
    expect(packed.size <= MAX_PACKED, `more than ${kilobytes(MAX_PACKED)}`)
  })
  check('holds what it must', () => {
    for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']) {
      expect(paths.includes(path), `${path} is not in it`)
    }
    const kernels = readdirSync(join(root, 'src/kernels/assembly')).filter((name) => !name.startsWith('_') && name.endsWith('.ts'))
    for (const name of kernels) expect(paths.includes(`dist/kernels/${name.replace(/\.ts$/, '.wasm')}`), `the kernel ${name} is not in it`)
  })
  check('holds nothing else', () => {
    const usual = /^(dist\/.+\.(js|d\.ts|js\.map|wasm)|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/
    const odd = paths.filter((path) => !usual.test(path) || /\.(test|faults)\./.test(path))
    expect(odd.length === 0, odd.join(', '))
  })
  check('source maps carry their sources, which are not shipped', () => {
    const empty = paths.filter((path) => path.endsWith('.map') && !JSON.parse(readFileSync(join(root, path), 'utf8')).sourcesContent)
    expect(empty.length === 0, `${empty.length} maps point at files that are not there, ${empty[0]} for one (tsconfig: inlineSources)`)
  })
  return join(folder, packed.filename)
}

/** An empty project that depends on nothing but the tarball. */
function install(tarball) {
  const app = join(folder, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "private": true }\n')
  check('installs without scripts', () => run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], app))
  return app
}

function checkEntries(app) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const entry of Object.keys(exports)) {
    const name = `millrace${entry.slice(1)}`
    check(`import '${name}'`, () => {
      const attributes = entry.endsWith('.json') ? `, { with: { type: 'json' } }` : ''
      const { stdout } = node(app, `console.log(Object.keys(await import('${name}'${attributes})).length)`)
      expect(Number(stdout) > 0, 'it exports nothing')
    })
  }
}

function checkFrontDoor(app) {
  const files = new Set()
  const time = Number(node(app, `const start = performance.now(); await import('millrace'); console.log(performance.now() - start)`).stdout)
  walk(join(app, 'node_modules/millrace/dist/index.js'), files)
  check(`importing 'millrace' takes ${time.toFixed(0)} ms and loads ${files.size} files`, () => {
    expect(files.size <= MAX_LOADED, `more than ${MAX_LOADED}`)
    const heavy = [...files].filter((file) => /[/\\]dist[/\\](audio|cli|image|kernels|recipes|testing)[/\\]/.test(file))
    expect(heavy.length === 0, `heavy parts among them: ${heavy.join(', ')}`)
  })
}

/** The files that a module imports when it is loaded, theirs included; what it imports later is not among them. */
function walk(file, files) {
  if (files.has(file)) return
  files.add(file)
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"()]*['"](\.[^'"]+)['"]/gm)) {
    walk(join(dirname(file), specifier), files)
  }
}

function checkCommandLine(app) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const millrace = (...args) => run('npx', ['--no-install', 'millrace', ...args], app)
  check('millrace --version', () => expect(millrace('--version').stdout.trim() === version, `it is not ${version}`))
  check('millrace --help', () => expect(millrace('--help').stdout.includes('spectrogram'), 'it does not know spectrogram'))
  check('millrace spectrogram on three sounds', () => {
    node(
      app,
      `const { demoSounds } = await import(new URL('recipes/demo-sounds.js', import.meta.resolve('millrace')))
       demoSounds('wavs', { count: 3, broken: false })`,
    )
    millrace('spectrogram', 'wavs', '--out', 'specs')
    const made = readdirSync(join(app, 'specs'), { recursive: true }).filter((name) => name.endsWith('.png'))
    expect(made.length === 3, `it made ${made.length} pictures`)
    const signature = readFileSync(join(app, 'specs', made[0]))
      .subarray(1, 4)
      .toString('latin1')
    expect(signature === 'PNG', 'they are no PNG files')
  })
}

function check(name, verify) {
  try {
    verify()
    console.log(`ok      ${name}`)
  } catch (error) {
    failed++
    console.log(`failed  ${name}: ${error.message}`)
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: windows, stdio: ['ignore', 'pipe', 'pipe'] })
  if (result.error !== undefined) throw result.error
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.stderr}${result.stdout}`.trim())
  return result
}

function node(cwd, program) {
  return run(process.execPath, ['--input-type=module', '-e', program], cwd)
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} KB`
}
