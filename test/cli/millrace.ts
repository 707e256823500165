import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const main: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Finished {
  /** The exit code, or the name of the signal that ended it. */
  code: number | string
  stdout: string
  stderr: string
}

/** The built command line, started as a user does. `killed` limits tests that hang. */
export function start(args: string[], cwd: string): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', stdout, stderr }))
  })
  return { child, finished }
}

export const millrace = (args: string[], cwd: string): Promise<Finished> => start(args, cwd).finished
