import { createRequire, isBuiltin } from 'node:module'
import type * as Acorn from 'acorn'
import { MillraceError } from '../core/errors.ts'
import { type FreeVariable, outside } from './free-variables.ts'
import { isForeignGlobal, isGlobal } from './globals.ts'
import { coverageHelper, helpers } from './helpers.ts'
import { compileHere } from './compile-here.ts'

const sources = new WeakMap<Function, string>()

/**
 * The text by which an inline function travels to a worker, for `compileInline` there. A function takes nothing along but its own
 * text, so everything it uses must be its own, a global of Node, or a helper that a compiler put in.
 *
 * Arrow functions, functions, methods (`{ run(x) {} }.run`), async or not, can travel. A name that is both a global and an import
 * of the user's file (`setTimeout` of node:timers/promises) can't be told apart by the text and means the global.
 *
 * The answer is kept for each function object; the first call loads the parser (10 to 20 ms), later ones take a tenth of a
 * millisecond for a small function.
 *
 * @throws MillraceError `CAPTURED_VARIABLE`: the function uses variables from outside; the message names each and the way out.
 * @throws MillraceError `NOT_SHIPPABLE`: native and bound functions, classes, generators, getters, `import.meta`, `super`, #private
 *   names of an outer class, relative imports, text that does not parse in strict mode.
 */
export function inlineSource(fn: Function): string {
  let source = sources.get(fn)
  if (source === undefined) {
    source = checkedSource(fn)
    sources.set(fn, source)
  }
  return source
}

/**
 * Makes a function of what `inlineSource` gave. `import()` inside it resolves from the working directory, as it does in the user's
 * project; `filename` is shown in stacks and must be neither an absolute path nor a URL, from which imports would resolve instead.
 */
export function compileInline(source: string, filename = 'inline function'): Function {
  const make = compileHere(source, filename, -1) // the function's text begins on the second line
  return (make as (available: typeof helpers) => Function)(helpers)
}

/** `crypto.createHash`: the module, imported outside, and not the global of the same name. */
const isCryptoModule = ({ name, property }: FreeVariable): boolean => name === 'crypto' && property !== undefined && !(property in crypto)

/** Istanbul's counters of statements, functions and branches: `cov_2bx9dk1q0f().s[0]++`. */
const isCoverage = ({ name, resultProperty = '' }: FreeVariable): boolean =>
  /^cov_[0-9a-z]{6,10}$/.test(name) && /^([sfb]|bT)$/.test(resultProperty)

function checkedSource(fn: Function): string {
  const text = Function.prototype.toString.call(fn)
  const refuse = (why: string): never => {
    throw new MillraceError('NOT_SHIPPABLE', `An inline function travels to workers as text; ${nameOf(fn)} ${why}`)
  }
  if (/\{\s*\[native code\]\s*\}$/.test(text)) {
    refuse('is native or bound, so it has no text: write (item) => fn(item) with fn made or imported inside it.')
  }
  const { node, expression, offset } = parse(text, fn.name, refuse)
  if (node.generator) refuse('is a generator, whose iterator could not be sent back: collect its values and return an array.')

  const line = (start: number): string => {
    const lines = text.slice(0, start - offset).split('\n')
    return text.includes('\n') ? ` (line ${lines.length})` : ''
  }
  const { variables, imports, syntax } = outside(node)
  for (const { kind, start } of syntax) {
    if (kind === 'super') refuse(`uses super${line(start)}, which exists only inside its class: pass what it needs in the item.`)
    refuseImportMeta(line(start), refuse)
  }
  for (const { specifier, start } of imports) {
    if (/^\.\.?(\/|\\|$)/.test(specifier)) {
      refuse(
        `imports '${specifier}'${line(start)}, and text has no folder that a relative path could start from: ` +
          'put the function in a file as task(import.meta, ...), or import a package or an absolute path.',
      )
    }
  }

  const probed = new Set(variables.filter((variable) => variable.probed).map((variable) => variable.name))
  const used = new Map<string, string>()
  const captured = new Map<string, FreeVariable>()
  for (const variable of variables) {
    const { name } = variable
    if (/^__(vite_ssr|vi)_import_meta__$/.test(name)) refuseImportMeta(line(variable.start), refuse)
    if ((isGlobal(name) && !isCryptoModule(variable)) || (isForeignGlobal(name) && probed.has(name))) continue
    if (Object.hasOwn(helpers, name)) used.set(name, name)
    else if (isCoverage(variable)) used.set(name, `'${coverageHelper}': ${name}`)
    else if (variable.argumentOf === undefined || !Object.hasOwn(helpers, variable.argumentOf)) {
      const label = labelOf(variable)
      if (!captured.has(label)) captured.set(label, variable)
    }
  }
  if (captured.size > 0) throw capturedError(fn, captured, line)
  return `'use strict';(({ ${[...used.values()].join(', ')} }) => (\n${expression}\n))`
}

function refuseImportMeta(where: string, refuse: (why: string) => never): never {
  return refuse(`uses import.meta${where}, which belongs to its file: pass the path or URL in the item, or use task(import.meta, ...).`)
}

/** How compilers write a captured import, turned back into what the user wrote, as far as the text tells. */
function labelOf({ name, property }: FreeVariable): string {
  if (property === undefined || property === 'apply') return name
  const imported = /^(?:__vite_ssr_import_\d+__|__vi_import_\d+__|import_(\w+))$/.exec(name) // vite and vitest; esbuild
  if (imported) return property === 'default' ? (imported[1] ?? 'an import') : property
  return /^_[a-z]|_\d+$/.test(name) ? `${name}.${property}` : name // SWC and TypeScript, or a variable of the user's own
}

function capturedError(fn: Function, captured: ReadonlyMap<string, FreeVariable>, line: (start: number) => string): MillraceError {
  const labels = [...captured.keys()]
  const list = labels.map((label) => (label === 'an import' ? label : `'${label}'`) + line(captured.get(label)!.start)).join(', ')
  const them = labels.length === 1 ? 'it' : 'them'
  const ways: string[] = []
  const lowered = labels.filter((label) => /^__?[a-z]\w*$/.test(label))
  if (lowered.length < labels.length) {
    const builtin = labels.find((label) => isBuiltin(label))
    ways.push(
      `pass ${them} in params of task(import.meta, { params, run })`,
      builtin === undefined
        ? `import ${them} inside the function with await import('...')`
        : `import inside the function: const ${builtin} = await import('node:${builtin}')`,
    )
  }
  if (labels.includes(fn.name)) ways.push(`for a function that calls itself write function ${fn.name}(...) { ... }`)
  if (labels.includes('this')) ways.push('take what it needs from the item instead of this')
  if (lowered.length > 0) ways.push(`if '${lowered[0]}' is not yours but a helper of your compiler, set its target to ES2017 or newer`)
  return new MillraceError(
    'CAPTURED_VARIABLE',
    `An inline function travels to workers as text, without the variables around it; ${nameOf(fn)} uses ${list} from outside. ` +
      `Ways out: ${ways.join('; or ')}.`,
  )
}

const nameOf = (fn: Function): string => (fn.name === '' ? 'the function' : `the function '${fn.name}'`)

type FunctionNode = Acorn.FunctionExpression | Acorn.ArrowFunctionExpression
interface Parsed {
  node: FunctionNode
  /** The text as an expression: a method becomes a property of an object, so that it keeps its name. */
  expression: string
  /** What the parser saw stands this much further right than the text. */
  offset: number
}

const options = { ecmaVersion: 'latest', sourceType: 'module' } as const
let acorn: typeof Acorn | undefined

function parse(text: string, name: string, refuse: (why: string) => never): Parsed {
  acorn ??= createRequire(import.meta.url)('acorn') as typeof Acorn
  let failure: { message: string; pos: number }
  try {
    const node = acorn.parseExpressionAt(text, 0, options)
    if (node.type === 'ClassExpression') refuse('is a class, and calling it makes no result: write (item) => new Class(item).')
    if ((node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') && node.end === text.length) {
      return { node, expression: text, offset: 0 }
    }
    failure = { message: 'Unexpected token', pos: node.end }
  } catch (error) {
    if (error instanceof MillraceError) throw error
    failure = error as typeof failure
  }
  try {
    const node = acorn.parseExpressionAt(`({${text}})`, 1, options) as Acorn.ObjectExpression
    const method = node.properties[0]
    if (node.properties.length === 1 && method?.type === 'Property' && method.value.type === 'FunctionExpression') {
      if (method.kind !== 'init') refuse('is a getter or setter: write (item) => ... instead.')
      const { value } = method
      const key = JSON.stringify(name)
      const body = text.slice(value.start - 2, value.end - 2)
      return { node: value, expression: `({ ${value.async ? 'async ' : ''}${key}${body} })[${key}]`, offset: 2 }
    }
  } catch (error) {
    if (error instanceof MillraceError) throw error
    const { message, pos } = error as typeof failure
    if (pos - 2 > failure.pos) failure = { message, pos }
  }
  const reason = failure.message.replace(/ \(\d+:\d+\)$/, '')
  return refuse(`has text that is not a function of its own in strict mode: ${reason}.`)
}
