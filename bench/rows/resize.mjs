// Pillow's own resize against ours, one core, a picture that is in memory.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openSync, resize } from 'millrace/image'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { withPhotos } from '../photos.mjs'

const kinds = {
  bilinear: { name: '640 x 480 to 224 x 224, bilinear', size: 224 },
  lanczos: { name: '640 x 480 to 224 x 224, lanczos', size: 224 },
  bicubic: { name: '640 x 480 to 1280 x 960, bicubic', size: [960, 1280] },
}
const result = ({ name }, parts) =>
  line({ work: `resize ${name}`, against: 'Pillow, Image.resize', aim: 2, note: 'every pixel is equal', ...parts })

export default async function row({ quick }) {
  const measured = await withPhotos({ q90: 10 }, async (folder, { q90 }) => {
    const python = await pythonPeer('images.py', folder)
    try {
      const images = q90.map((file) => openSync(readFileSync(file)))
      const lines = []
      for (const [filter, kind] of Object.entries(kinds)) {
        const hash = createHash('sha256')
        for (const image of images) hash.update(resize(image, kind.size, { filter }).data)
        await python.run(`resize ${filter} hash`, hash.digest('hex'))
        const sides = {
          ours: () => timed(() => images.forEach((image) => void resize(image, kind.size, { filter }))),
          peer: () => python.run(`resize ${filter}`, images.length),
        }
        const figures = await alternate(sides, quick ? 11 : 51, quick ? 3 : 10)
        lines.push(result(kind, { ours: median(figures.ours) / images.length, peer: median(figures.peer) / images.length, figures }))
      }
      return lines
    } finally {
      await python.close()
    }
  })
  return measured ?? Object.values(kinds).map((kind) => result(kind))
}
