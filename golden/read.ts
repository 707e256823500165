import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'

/** A golden file's bytes; those that end in `.z` are inflated. For the tests. */
export function golden(path: string): Uint8Array {
  const bytes = readFileSync(new URL(path, import.meta.url))
  return path.endsWith('.z') ? inflateSync(bytes) : bytes
}

/** A golden file of float32 numbers. */
export function goldenFloats(path: string): Float32Array {
  return new Float32Array(Uint8Array.from(golden(path)).buffer)
}

/** A golden JSON file. */
export function goldenJson<T>(path: string): T {
  return JSON.parse(Buffer.from(golden(path)).toString('utf8')) as T
}
