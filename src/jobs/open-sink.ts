import type { Sink } from '../core/sink.ts'

/** The sink that a path means: `.zip` a zip, `.tar` tar shards (with `%06d` in the name, more than one), anything else a folder. */
export async function openSink(out: string): Promise<Sink> {
  if (/\.zip$/i.test(out)) return (await import('../sinks/zip.ts')).zipSink(out)
  if (/\.tar$/i.test(out)) return (await import('../sinks/tar.ts')).tarSink(out)
  return (await import('../sinks/folder.ts')).folderSink(out)
}
