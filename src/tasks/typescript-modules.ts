import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import type * as Oxc from 'oxc-transform'
import { MillraceError } from '../core/errors.ts'
import { compilerOptions, type CompilerOptions } from './tsconfig.ts'

/** What a load hook answers for a module that it compiled itself. */
export interface CompiledModule {
  format: 'module' | 'commonjs'
  source: string
  shortCircuit: true
}

/** True for the URL of a file that Node can't run without compiling it. Declarations are not modules. */
export function isTypeScript(url: string): boolean {
  if (!url.startsWith('file:')) return false
  return /^[^?#]*\.([mc]?ts|tsx)($|[?#])/.test(url) || (/^[^?#]*\.jsx($|[?#])/.test(url) && !url.includes('/node_modules/'))
}

/** Compiles a file for this Node, with its source map; files that Node runs itself give undefined. */
export function loadTypeScript(url: string): CompiledModule | undefined {
  if (!isTypeScript(url)) return undefined
  const file = fileURLToPath(url)
  const code = compile(file, url, readFileSync(file, 'utf8'), compilerOptions(dirname(file)))
  const declared = declaredFormat(file)
  if (declared === 'module') return { format: 'module', source: withHelpers(code, 'module'), shortCircuit: true }
  if (file.endsWith('.cts') || isCommonJS(code.text))
    return { format: 'commonjs', source: withHelpers(code, 'commonjs'), shortCircuit: true }
  // A package without "type": "module" whose file has import and export all the same. TypeScript would make it CommonJS.
  return { format: 'module', source: withHelpers({ ...code, text: withCommonJSNames(code.text) }, 'module'), shortCircuit: true }
}

interface Compiled {
  text: string
  helpers: boolean
  map: string
}

let oxc: typeof Oxc | undefined | null

function compile(file: string, url: string, source: string, options: CompilerOptions): Compiled {
  if (oxc === undefined) {
    try {
      oxc = nodeModule.createRequire(import.meta.url)('oxc-transform') as typeof Oxc
    } catch (error) {
      oxc = null
      if (strip === undefined) throw unavailable(file, error)
    }
  }
  if (oxc === null) return { text: stripped(file, source), helpers: false, map: '' }
  const { code, map, errors, helpersUsed } = oxc.transformSync(file, source, transformOptions(options))
  const [failure] = errors
  if (code === '' && failure) throw new SyntaxError(`${file}: ${failure.message}${failure.codeframe ?? ''}`)
  const inline = Buffer.from(JSON.stringify({ ...map, sources: [url], sourcesContent: undefined })).toString('base64')
  return {
    text: code,
    helpers: Object.keys(helpersUsed).length > 0,
    map: `\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
  }
}

function transformOptions(options: CompilerOptions): Oxc.TransformOptions {
  const { jsx = '', useDefineForClassFields, verbatimModuleSyntax = false } = options
  const assign = useDefineForClassFields === false
  const transform = {
    sourcemap: true,
    target: `node${process.versions.node}`,
    helpers: { mode: 'External' },
    typescript: { onlyRemoveTypeImports: verbatimModuleSyntax, removeClassFieldsWithoutInitializer: assign },
    assumptions: { setPublicClassFields: assign },
    decorator: { legacy: options.experimentalDecorators ?? false, emitDecoratorMetadata: options.emitDecoratorMetadata ?? false },
    jsx: {
      runtime: jsx.startsWith('react-jsx') ? 'automatic' : 'classic',
      development: jsx === 'react-jsxdev',
      ...(options.jsxImportSource === undefined ? {} : { importSource: options.jsxImportSource }),
      ...(options.jsxFactory === undefined ? {} : { pragma: options.jsxFactory }),
      ...(options.jsxFragmentFactory === undefined ? {} : { pragmaFrag: options.jsxFragmentFactory }),
    },
  }
  return transform as object // its enums can't be named under isolatedModules
}

// Where oxc-transform has no binary for this platform, newer Nodes can at least take the types out.
const { stripTypeScriptTypes: strip } = nodeModule as { stripTypeScriptTypes?: (source: string) => string }

function stripped(file: string, source: string): string {
  if (strip === undefined || file.endsWith('x')) throw unavailable(file)
  return strip(source)
}

function unavailable(file: string, cause?: unknown): MillraceError {
  const message =
    `A worker compiles TypeScript with oxc-transform, whose binary for ${process.platform}-${process.arch} did not load; ` +
    `${file} needs it. Install with optional dependencies (npm install --include=optional), or give Millrace JavaScript.`
  return new MillraceError('TYPESCRIPT_UNAVAILABLE', message, { cause })
}

/** Helpers stand after the code, where an import still comes first; so lines stay where the source map has them. */
function withHelpers({ text, helpers, map }: Compiled, format: 'module' | 'commonjs'): string {
  if (!helpers) return text + map
  const url = new URL('./oxc-runtime.js', import.meta.url)
  if (format === 'module') return `${text}\nimport * as babelHelpers from ${JSON.stringify(url.href)}${map}`
  return atStart(text, `const babelHelpers = require(${JSON.stringify(fileURLToPath(url))});`) + map
}

function declaredFormat(file: string): 'module' | 'commonjs' | undefined {
  if (/\.m[jt]s$/.test(file)) return 'module'
  if (/\.c[jt]s$/.test(file)) return 'commonjs'
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: string }
      return type === 'module' || type === 'commonjs' ? type : undefined
    } catch {
      if (dirname(folder) === folder) return undefined
    }
  }
}

/** Node's own test for a file of undeclared format: it is CommonJS if it compiles as such. */
function isCommonJS(code: string): boolean {
  try {
    compileFunction(code.replace(/^#!.*/, ''), ['exports', 'require', 'module', '__filename', '__dirname'])
    return true
  } catch {
    return false
  }
}

/** What CommonJS gives a file under its own names, as far as it uses them and does not make them itself. */
function withCommonJSNames(code: string): string {
  const names = {
    require: `process.getBuiltinModule('node:module').createRequire(import.meta.url)`,
    __filename: 'import.meta.filename',
    __dirname: 'import.meta.dirname',
  }
  const missing = Object.entries(names).filter(
    ([name]) =>
      new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`\\b(var|let|const|function|import)\\b[^;=()]*\\b${name}\\b`).test(code),
  )
  return missing.length === 0 ? code : atStart(code, `const ${missing.map(([name, value]) => `${name} = ${value}`).join(', ')};`)
}

/** Puts code on the first line, behind a `#!` line. */
const atStart = (code: string, prefix: string): string => code.replace(/^(#!.*\n)?/, (hashbang) => hashbang + prefix)
