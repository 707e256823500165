import type { AnyNode, Class, Function as FunctionNode, Identifier, Pattern } from 'acorn'

/** A use of a name that the function does not declare itself. */
export interface FreeVariable {
  name: string
  /** The property read from it, if it is used as `name.property`: this is how compilers write imports. */
  property?: string
  /** Offset of the use in the parsed text. */
  start: number
  /** The property read of its result, if it is used as `name().property`: this is how Istanbul counts. */
  resultProperty?: string
  /** For `this` in `helper(this, ...)`: the helper. */
  argumentOf?: string
  /** True for `typeof name === 'undefined'` and the like, which ask whether a global exists. */
  probed: boolean
}

/** What a function reaches outside its own text. */
export interface Outside {
  /** Undeclared names, in the order of the text; `this` and `arguments` of an arrow function are among them. */
  variables: FreeVariable[]
  /** Literal specifiers of `import('...')` and `require('...')`, with their offsets. */
  imports: { specifier: string; start: number }[]
  /** Syntax that means something else, or nothing, away from its module or class. */
  syntax: { kind: 'import.meta' | 'super'; start: number }[]
}

interface Scope {
  declared: Set<string>
  free: FreeVariable[]
  /** Where `var` and parameters live. */
  function: boolean
  /** Has its own `this` and `arguments`; arrow functions and blocks don't. */
  receiver: boolean
  parent: Scope | undefined
}

/** Functions that compilers put in the place of `import()`. */
const importers = new Set(['require', '__require', '__vite_ssr_dynamic_import__', '__vi_dynamic_import__'])

/** The name in `typeof name === 'undefined'`, which minifiers write as `typeof name < 'u'`. */
function probe(left: AnyNode, right: AnyNode): Identifier | undefined {
  const tests = right.type === 'Literal' && (right.value === 'undefined' || right.value === 'u' || right.value === 'function')
  return tests && left.type === 'UnaryExpression' && left.operator === 'typeof' && left.argument.type === 'Identifier'
    ? left.argument
    : undefined
}

/** Finds what a function (the root of a tree made by acorn, ES2022 or newer) reaches outside its own text. */
export function outside(root: AnyNode): Outside {
  const found: Outside = { variables: [], imports: [], syntax: [] }
  let scope: Scope = { declared: new Set(), free: [], function: true, receiver: false, parent: undefined }
  let methods = 0

  const within = (kind: { function?: boolean; receiver?: boolean }, body: () => void): void => {
    scope = { declared: new Set(), free: [], function: kind.function ?? false, receiver: kind.receiver ?? false, parent: scope }
    body()
    const { declared, free, receiver, parent } = scope
    scope = parent!
    for (const variable of free) {
      const own = declared.has(variable.name) || (receiver && (variable.name === 'this' || variable.name === 'arguments'))
      if (!own) scope.free.push(variable)
    }
  }

  const declare = (name: string, isVar = false): void => {
    let target = scope
    if (isVar) while (!target.function) target = target.parent!
    target.declared.add(name)
  }

  const refer = (name: string, start: number, use: Partial<FreeVariable> = {}): void => {
    scope.free.push({ name, start, probed: false, ...use })
  }

  const bind = (pattern: Pattern, isVar = false): void => {
    switch (pattern.type) {
      case 'Identifier':
        declare(pattern.name, isVar)
        break
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') bind(property.argument, isVar)
          else {
            if (property.computed) visit(property.key)
            bind(property.value, isVar)
          }
        }
        break
      case 'ArrayPattern':
        for (const element of pattern.elements) if (element !== null) bind(element, isVar)
        break
      case 'AssignmentPattern':
        bind(pattern.left, isVar)
        visit(pattern.right)
        break
      case 'RestElement':
        bind(pattern.argument, isVar)
        break
      default:
        visit(pattern)
    }
  }

  const visitFunction = (node: FunctionNode): void => {
    const arrow = node.type === 'ArrowFunctionExpression'
    if (node.type === 'FunctionDeclaration') declare((node.id as Identifier).name)
    within({}, () => {
      if (node.type === 'FunctionExpression' && node.id) declare(node.id.name)
      // Two scopes: default values of parameters don't see the variables of the body.
      within({ function: true, receiver: !arrow }, () => {
        for (const parameter of node.params) bind(parameter)
        within({ function: true }, () => {
          if (node.body.type === 'BlockStatement') visitAll(node.body.body)
          else visit(node.body)
        })
      })
    })
  }

  const visitClass = (node: Class): void => {
    if (node.type === 'ClassDeclaration') declare((node.id as Identifier).name)
    within({}, () => {
      if (node.id) declare(node.id.name)
      visit(node.superClass)
      methods++
      for (const member of node.body.body) {
        if (member.type === 'StaticBlock') within({ function: true, receiver: true }, () => visitAll(member.body))
        else {
          if (member.computed) visit(member.key)
          if (member.value) within({ receiver: true }, () => visit(member.value))
        }
      }
      methods--
    })
  }

  const visitAll = (nodes: readonly (AnyNode | null)[]): void => {
    for (const node of nodes) visit(node)
  }

  const visitChildren = (node: AnyNode): void => {
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) visitAll(value as AnyNode[])
      else if (typeof value === 'object' && value !== null && 'type' in value) visit(value as AnyNode)
    }
  }

  const visit = (node: AnyNode | null | undefined): void => {
    if (!node) return
    switch (node.type) {
      case 'Identifier':
        return refer(node.name, node.start)
      case 'ThisExpression':
        return refer('this', node.start)
      case 'Super':
        if (methods === 0) found.syntax.push({ kind: 'super', start: node.start })
        return
      case 'MetaProperty':
        if (node.meta.name === 'import') found.syntax.push({ kind: 'import.meta', start: node.start })
        return
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return visitFunction(node)
      case 'ClassDeclaration':
      case 'ClassExpression':
        return visitClass(node)
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          bind(id, node.kind === 'var')
          visit(init)
        }
        return
      case 'BlockStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
        return within({}, () => visitChildren(node))
      case 'CatchClause':
        return within({}, () => {
          if (node.param) bind(node.param)
          visit(node.body)
        })
      case 'LabeledStatement':
        return visit(node.body)
      case 'BreakStatement':
      case 'ContinueStatement':
        return
      case 'ObjectExpression':
        for (const property of node.properties) {
          if (property.type === 'SpreadElement') visit(property)
          else {
            if (property.computed) visit(property.key)
            // An object's own methods may use `super`.
            const method = property.method || property.kind !== 'init' ? 1 : 0
            methods += method
            visit(property.value)
            methods -= method
          }
        }
        return
      case 'ObjectPattern': // in an assignment; declarations go through bind()
        for (const property of node.properties) {
          if (property.type === 'RestElement') visit(property)
          else {
            if (property.computed) visit(property.key)
            visit(property.value)
          }
        }
        return
      case 'MemberExpression': {
        const { object, property } = node
        if (node.computed || property.type !== 'Identifier') return visitChildren(node)
        if (object.type === 'Identifier') return refer(object.name, object.start, { property: property.name })
        if (object.type === 'CallExpression' && object.callee.type === 'Identifier' && object.arguments.length === 0)
          return refer(object.callee.name, object.start, { resultProperty: property.name })
        return visit(object)
      }
      case 'ImportExpression':
        if (node.source.type === 'Literal') found.imports.push({ specifier: String(node.source.value), start: node.start })
        return visitChildren(node)
      case 'CallExpression':
        if (node.callee.type !== 'Identifier') return visitChildren(node)
        if (importers.has(node.callee.name) && node.arguments[0]?.type === 'Literal')
          found.imports.push({ specifier: String(node.arguments[0].value), start: node.start })
        refer(node.callee.name, node.callee.start)
        for (const argument of node.arguments) {
          if (argument.type === 'ThisExpression') refer('this', argument.start, { argumentOf: node.callee.name })
          else visit(argument)
        }
        return
      case 'BinaryExpression': {
        const probed = probe(node.left, node.right) ?? probe(node.right, node.left)
        return probed ? refer(probed.name, probed.start, { probed: true }) : visitChildren(node)
      }
      default:
        visitChildren(node)
    }
  }

  visit(root)
  found.variables = scope.free
  return found
}
