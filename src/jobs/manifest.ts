import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { MillraceError } from '../core/errors.ts'
import { codeOf, replaceFile } from '../sinks/durable.ts'
import { codeDigests, version } from './code-digest.ts'
import { digestOf, type RunInput } from './input.ts'
import type { AnyJob } from './place.ts'

const FORMAT = 1

/** `run.json`: what a run is. It stands on the disk before anything else does. */
export interface Manifest {
  format: number
  millrace: string
  job: {
    /** The file, for people: nothing is loaded because it stands here. */
    module: string
    ordinal: number
    name?: string
  }
  /** Digests of the job's file and of the local files it imports. */
  code: Record<string, string>
  params: Record<string, unknown>
  seed: number
  root?: string
  input: {
    name: string
    length?: number
    /** Of a list or dataset as it travels to workers. */
    digest?: string
  }
  note?: Record<string, unknown>
  created: string
}

export interface ManifestParts {
  job: AnyJob
  params: Record<string, unknown>
  input: RunInput
  seed: number
  root: string | undefined
  note: Record<string, unknown> | undefined
}

export function manifestOf({ job, params, input, seed, root, note }: ManifestParts): Manifest {
  const { module, ordinal, name } = job.reference
  const manifest: Manifest = {
    format: FORMAT,
    millrace: version,
    job: { module: fileURLToPath(module), ordinal },
    code: codeDigests(module),
    params,
    seed,
    input: { name: input.name },
    created: new Date().toISOString(),
  }
  if (name !== undefined) manifest.job.name = name
  if (root !== undefined) manifest.root = root
  if (input.length !== undefined) manifest.input.length = input.length
  const digest = digestOf(input)
  if (digest !== undefined) manifest.input.digest = digest
  if (note !== undefined) manifest.note = note
  return asJson(manifest)
}

/** As it will be read again, so that a Date or an undefined is no difference. */
function asJson(manifest: Manifest): Manifest {
  return JSON.parse(JSON.stringify(manifest)) as Manifest
}

/** The manifest of the run that was made here, if there was one. */
export function readManifest(state: string): Manifest | undefined {
  const path = join(state, 'run.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
  try {
    const manifest = JSON.parse(text) as Manifest
    if (manifest.format === FORMAT) return manifest
    throw new Error(`its format is ${String(manifest.format)}, and this version of Millrace knows ${FORMAT}`)
  } catch (cause) {
    throw new MillraceError('RUN_UNREADABLE', `${path} can't be read: ${(cause as Error).message}.`, { cause })
  }
}

export async function writeManifest(state: string, manifest: Manifest): Promise<void> {
  await replaceFile(join(state, 'run.json'), [Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)])
}

/** How a run differs from the one before in what all of its outputs depend on, a line each. Inputs are looked at one by one. */
export function differences(before: Manifest, now: Manifest): string[] {
  const found: string[] = []
  const [was, is] = [before.job, now.job]
  if (was.name !== is.name || (is.name === undefined && was.ordinal !== is.ordinal) || basename(was.module) !== basename(is.module)) {
    found.push(`job: ${nameOf(was)} -> ${nameOf(is)}`)
  }
  for (const file of union(before.code, now.code)) {
    const [a, b] = [before.code[file], now.code[file]]
    if (a !== b) found.push(`code: ${file} ${a === undefined ? 'is new' : b === undefined ? 'is no longer imported' : 'has changed'}`)
  }
  for (const key of union(before.params, now.params)) {
    const [a, b] = [before.params[key], now.params[key]]
    if (!isDeepStrictEqual(a, b)) found.push(`parameter ${key}: ${shown(a)} -> ${shown(b)}`)
  }
  if (before.seed !== now.seed) found.push(`seed: ${before.seed} -> ${now.seed}`)
  if (before.root !== now.root) found.push(`root: ${shown(before.root)} -> ${shown(now.root)}`)
  return found
}

function nameOf({ module, ordinal, name }: Manifest['job']): string {
  return `${basename(module)} (${name === undefined ? `task ${ordinal + 1}` : name})`
}

function union(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

function shown(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing'
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
