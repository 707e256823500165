// A folder of sounds to pictures. A broken file is an outcome like the others; the rest of the run goes on.
//   node --import tsx examples/spectrograms/main.ts wavs specs
import { readdirSync } from 'node:fs'
import { bind, parallel } from 'millrace'
import { genSpec } from './tasks.ts'

const [src = 'wavs', dst = 'specs'] = process.argv.slice(2)
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.wav'))
const outcomes = await parallel(bind(genSpec, { src, dst }), files, { onError: 'collect', progress: true })
for (const { index, error } of outcomes) if (error) console.warn(files[index], error.message)
console.log(`${outcomes.filter(({ error }) => !error).length} of ${files.length} pictures in ${dst}`)
