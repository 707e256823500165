import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** A job as a user writes it. What an item is to do stands in its file. */
export const JOB = `import { job } from 'millrace'
import { readFile, writeFile } from 'node:fs/promises'
import { double } from './helper.ts'

type Row = string | { input: string }

export default job(import.meta, {
  params: { size: 3, ms: 0 },
  async run(row: Row, index: number, { params, outputs, random }) {
    const file = typeof row === 'string' ? row : row.input
    const text = (await readFile(file, 'utf8')).trim()
    await new Promise((resolve) => setTimeout(resolve, params.ms))
    if (text === 'throw') throw new Error('told to throw')
    if (text === 'exit') process.exit(3)
    if (text === 'hang') await new Promise(() => setInterval(() => {}, 1000))
    if (text === 'change') await writeFile(file, 'changed meanwhile')
    if (text.startsWith('name ')) await outputs.write(JSON.parse(text.slice(5)), 'x')
    if (text === 'twice') await Promise.all([outputs.write('a.txt', '1'), outputs.write('A.txt', '2')])
    if (text === 'swallow') await outputs.write('../a', '1').catch(() => {})
    const parts: string[] = []
    for (let i = 0; i + params.size <= text.length; i++) parts.push(await outputs.write(\`\${i}.txt\`, text.slice(i, i + params.size)))
    return { text, parts, chance: random(), double: double(index) }
  },
})
`
export const HELPER = 'export const double = (n: number): number => 2 * n\n'

/** A folder with the job, as a project that has millrace installed. */
export function project(): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'millrace-jobs-'))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(resolve('.'), join(root, 'node_modules/millrace'))
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, 'job.ts'), JOB)
  writeFileSync(join(root, 'helper.ts'), HELPER)
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}

/** Text files in a folder of the project. Returns their paths. */
export function texts(root: string, contents: Record<string, string>): string[] {
  return Object.entries(contents).map(([name, text]) => {
    const path = join(root, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
    return path
  })
}

/** What others see of an output: every file but the run's own, by its content. */
export function outputsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'))
  const files = names.filter((name) => !name.startsWith('.millrace') && statSync(join(folder, name)).isFile()).sort()
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

export function lines(path: string): any[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}
