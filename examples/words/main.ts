// A list of files through a Dataset and a DataLoader: words in, their parts out. Run: node --import tsx examples/words/main.ts
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CsvDataset, DataLoader } from 'millrace'
import { joined, SlowWordSplitter, WordSplitter } from './words.ts'

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'words-'))
const words = ['simple', 'scaleable', 'preprocessing', 'pytorch']
for (const word of words) writeFileSync(join(folder, `${word}.txt`), `${word}\n`)
writeFileSync(join(folder, 'dataset.csv'), `input\n${words.map((word) => `${word}.txt\n`).join('')}`)

const rows = new CsvDataset(join(folder, 'dataset.csv'), { column: 'input', paths: 'input' })
const inputs = Array.from({ length: rows.length }, (_, i) => rows.get(i))
const ds = new WordSplitter(inputs, 3, 2)

for (const batchSize of [1, 2, 4]) {
  console.log(`batchSize ${batchSize}`)
  for await (const batch of new DataLoader(ds, { batchSize, numWorkers: ds.length })) console.log(' ', JSON.stringify(batch))
}
console.log('with a collateFn')
for await (const batch of new DataLoader(ds, { batchSize: 2, numWorkers: ds.length, collateFn: joined })) console.log(' ', batch.join('  '))

// A batch is made by one worker: larger batches keep fewer of them busy.
console.log('batch size  batches  workers used')
for (const batchSize of [1, 2, 4]) {
  const loader = new DataLoader(new SlowWordSplitter(inputs, 3, 2), { batchSize, numWorkers: ds.length })
  const threads = new Set<string>()
  for await (const batch of loader) for (const [thread = ''] of batch) threads.add(thread)
  console.log(`${String(batchSize).padStart(10)}  ${String(loader.length).padStart(7)}  ${String(threads.size).padStart(12)}`)
}
