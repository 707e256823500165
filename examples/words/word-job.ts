// The same as a job: each file's word in parts, a file each.
//   npx millrace run word-job.ts --input dataset.csv --column input --out parts/ --param numChars=3 --param overlap=2
import { readFile } from 'node:fs/promises'
import { job } from 'millrace'

export default job(import.meta, {
  params: { numChars: 2, overlap: 1 },
  async run(file: string, _index, { params: { numChars, overlap }, outputs }) {
    const word = (await readFile(file, 'utf8')).trim()
    const parts: string[] = []
    for (let from = 0; from + numChars <= word.length; from += numChars - overlap) {
      const part = word.slice(from, from + numChars)
      await outputs.write(`${parts.length}.txt`, part)
      parts.push(part)
    }
    return { word, parts }
  },
})
