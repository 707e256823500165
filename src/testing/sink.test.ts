import { join } from 'node:path'
import { describe, it } from 'vitest'
import { folderSink } from '../sinks/folder.ts'
import { tarSink } from '../sinks/tar.ts'
import { zipSink } from '../sinks/zip.ts'
import { testSink } from './sink.ts'

testSink('folder', (folder) => folderSink(folder), { describe, it })
testSink('zip', (folder) => zipSink(join(folder, 'out.zip')), { describe, it })
testSink('zip, deflated', (folder) => zipSink(join(folder, 'out.zip'), { compress: true }), { describe, it })
testSink('tar, one', (folder) => tarSink(join(folder, 'out.tar')), { describe, it })
testSink('tar, a folder', (folder) => tarSink(folder, { maxCount: 2 }), { describe, it })
testSink('tar, shards by size', (folder) => tarSink(join(folder, 'out-%04d.tar'), { maxBytes: 8_000 }), { describe, it })
