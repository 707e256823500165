import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compilerOptions, mappedPaths } from './tsconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-tsconfig-'))
afterAll(() => rmSync(folder, { recursive: true }))
const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

test('the nearest file counts, with comments, trailing commas and a byte order mark', () => {
  put('near/tsconfig.json', '\uFEFF{ /* a */ "compilerOptions": { "jsx": "react//not a comment,]", "paths": { "a": ["b",], }, }, } // end')
  expect(compilerOptions(join(folder, 'near/src/deep'))).toEqual({
    jsx: 'react//not a comment,]',
    paths: { a: ['b'] },
    pathsBase: join(folder, 'near'),
  })
  expect(compilerOptions('/')).toEqual({})
})

test('extends: a file, a list, a package; what is nearer wins, and paths stay relative to their own file', () => {
  put('ext/node_modules/@scope/config/tsconfig.json', '{ "compilerOptions": { "experimentalDecorators": true, "jsx": "react" } }')
  put('ext/node_modules/plain/strict.json', '{ "compilerOptions": { "verbatimModuleSyntax": true } }')
  put('ext/base/base.json', '{ "compilerOptions": { "baseUrl": "./code", "jsx": "react-jsx" } }')
  put(
    'ext/app/tsconfig.json',
    '{ "extends": ["@scope/config", "plain/strict.json", "../base/base"], "compilerOptions": { "jsxImportSource": "p" } }',
  )
  expect(compilerOptions(join(folder, 'ext/app'))).toEqual({
    experimentalDecorators: true,
    verbatimModuleSyntax: true,
    baseUrl: join(folder, 'ext/base/code'),
    jsx: 'react-jsx',
    jsxImportSource: 'p',
  })
})

test('a tsconfig that does not parse is named', () => {
  put('broken/tsconfig.json', '{ "compilerOptions": ')
  expect(() => compilerOptions(join(folder, 'broken'))).toThrow(join(folder, 'broken/tsconfig.json'))
})

test.each([
  ['@app/x', ['/r/app/x']],
  ['@app/deep/x', ['/r/deep/x', '/r/other/x']],
  ['exact', ['/r/one.ts']],
  ['pre-mid-post', ['/r/mid$&/f']],
  ['prepost', []],
  ['unknown', []],
])('paths: %s', (specifier, expected) => {
  const paths = { '@app/*': ['app/*'], '@app/deep/*': ['deep/*', './other/*'], exact: ['one.ts'], 'pre-*-post': ['*$&/f'] }
  expect(mappedPaths(specifier, { paths, pathsBase: '/r' })).toEqual(expected.map((path) => resolve(path)))
})

test('baseUrl alone maps every bare name, after paths', () => {
  expect(mappedPaths('x/y', { baseUrl: '/r/src', paths: { z: ['q'] } })).toEqual([resolve('/r/src/x/y')])
  expect(mappedPaths('z', { baseUrl: '/r/src', paths: { z: ['q'] } })).toEqual([resolve('/r/src/q')])
})
