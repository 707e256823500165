// A job: InputFile -> (OutputFiles, Metadata). Killed and started again, it goes on.
//   npx millrace run split.ts --input dataset.csv --out out/ --param seconds=10
import { job } from 'millrace'
import { encodeWav, load } from 'millrace/audio'

export default job(import.meta, {
  params: { seconds: 10 },
  async run(row: { input: string; labels: string }, _index, { params, outputs }) {
    const { y, sr } = await load(row.input, { sr: null })
    const n = params.seconds * sr
    const clips: string[] = []
    for (let i = 0; i * n < y.length; i++) clips.push(await outputs.write(`${i}.wav`, encodeWav(y.subarray(i * n, (i + 1) * n), sr)))
    return { source: row.input, clips, labels: row.labels } // a line of metadata.jsonl
  },
})
