// A job of one's own: recordings of a dataset.csv into clips of equal length, with the list's labels in metadata.jsonl.
// Run: npx millrace run examples/audio-split/split.ts --input dataset.csv --out out/ --param seconds=10
// (For clips to the byte, overlap, silence and labels with times there is millrace split.)
import { job } from 'millrace'
import { encodeWav, load } from 'millrace/audio'

export interface Row {
  input: string
  labels: string
}

export default job(import.meta, {
  params: { seconds: 10 },
  async run({ input, labels }: Row, _index, { params, outputs }) {
    const { y, sr } = await load(input, { sr: null })
    const length = Math.round(params.seconds * sr)
    const clips: string[] = []
    for (let from = 0; from < y.length; from += length) {
      clips.push(await outputs.write(`${clips.length}.wav`, encodeWav(y.subarray(from, from + length), sr)))
    }
    return { source: input, clips, labels }
  },
})
