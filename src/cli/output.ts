import { relative } from 'node:path'
import { isInside } from '../recipes/inputs.ts'

/** What the shell is told of how a command ended. */
export const EXIT = { done: 0, someFailed: 1, unusable: 2, disk: 3, locked: 75 } as const

/** Names of files may hold anything: control characters and marks that turn text around are shown as escapes. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** A line for people. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** What a command is asked for, for programs: the only thing that goes to stdout. */
export function answer(text: string): void {
  if (!stdoutClosed) process.stdout.write(text)
}

let stdoutClosed = false

/** A reader that has seen enough (`| head`) is no reason to stop. */
export function outliveReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    stdoutClosed = true
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** A path as people look for it: from where they are, if it lies there. */
export function pathFor(path: string): string {
  return printable(isInside(path, process.cwd()) ? relative(process.cwd(), path) || '.' : path)
}
