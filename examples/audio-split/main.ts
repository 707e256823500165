// The same job from code, and the recipe that cuts to the byte. Run: node --import tsx examples/audio-split/main.ts [folder]
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CsvDataset, runJob } from 'millrace'
import { encodeWav } from 'millrace/audio'
import split, { type Row } from './split.ts'

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'audio-split-'))
for (const [name, seconds] of Object.entries({ low: 3, high: 2.5 })) {
  const y = Float32Array.from({ length: 8000 * seconds }, (_, i) => 0.3 * Math.sin((i * (name === 'low' ? 200 : 900)) / 8000))
  writeFileSync(join(folder, `${name}.wav`), encodeWav(y, 8000))
}
writeFileSync(join(folder, 'dataset.csv'), 'input,labels\nlow.wav,hum\nhigh.wav,whistle\nlost.wav,silence\n')

const input = new CsvDataset<Row>(join(folder, 'dataset.csv'), { paths: 'input' })
const run = runJob(split, { input, out: join(folder, 'out'), params: { seconds: 1 } })
for await (const { index, metadata, error } of run) {
  console.log(index, error === undefined ? `${metadata.labels}: ${metadata.clips.join(' ')}` : `failed: ${error.code}`)
}
const { done, failed, skipped } = await run.summary
console.log(`${done} done, ${failed} failed, ${skipped} settled before`)
