// The job of the campaign: each item makes two files, of lengths and bytes that follow from its number, and some items fail.
import { job } from 'millrace'

export default job(import.meta, {
  params: { busy: 0 },
  async run(item, index, { params, outputs, random }) {
    if (index % 97 === 13) throw new Error(`item ${index} is bad`)
    const until = performance.now() + params.busy * random()
    while (performance.now() < until);
    const bytes = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 3)) & 255)
    const first = await outputs.write('a.bin', bytes(50 + ((index * 37) % 3000), index))
    const second = await outputs.write('more/b.txt', `${item} ${index}`)
    return { item, first, second }
  },
})
