// What training on photos asks of a loader: JPEG files to batches of normalised tensors. A run is an epoch; workers are kept and warm.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataLoader, threads } from 'millrace'
import { compose, ImageFiles, imagenet, normalize, resize, toTensor } from 'millrace/image'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { typicalSize, withPhotos } from '../photos.mjs'

const transform = compose(resize(224), toTensor(), normalize(imagenet))
const name = 'JPEG files, 640 x 480, to 224 x 224 (as Pillow, bilinear), normalised, batch 32'

export default async function row({ quick }) {
  const distinct = quick ? 80 : 160
  const measured = await withPhotos({ q90: distinct }, async (folder, { q90 }) => {
    const files = Array.from({ length: quick ? 320 : 640 }, (_, i) => q90[i % distinct])
    const list = join(folder, 'files.txt')
    writeFileSync(list, files.join('\n'))
    const python = await pythonPeer('pictures.py', 2, list)
    const pools = [threads({ numWorkers: 1 }), threads({ numWorkers: 2 })]
    const [one, two] = pools.map((executor) => loaderOf(files, { executor }))
    const reuse = loaderOf(files, { executor: pools[1], reuse: true })
    try {
      const tensors = await hash(two)
      await python.run('hash', tensors)
      for (const loader of [one, reuse]) if ((await hash(loader)) !== tensors) throw new Error('workers or reuse change the tensors')
      const epoch = (loader) => () => timed(() => count(loader, files.length))
      const sides = { one: epoch(one), two: epoch(two), reuse: epoch(reuse), torch: () => python.run('epoch', files.length) }
      const figures = await alternate(sides, quick ? 3 : 9, 1)
      return lines(
        `${files.length} ${name}`,
        figures,
        `files of ${typicalSize(q90)}, ${distinct} different ones; every bit of every tensor is equal`,
      )
    } finally {
      await Promise.all(pools.map((pool) => pool.close()))
      await python.close()
    }
  })
  return measured ?? lines(name)
}

function lines(name, figures, note) {
  const result = (work, ours, against, peer, aim) =>
    line({
      work,
      against,
      ours: figures && median(figures[ours]),
      peer: figures && median(figures[peer]),
      aim,
      note,
      figures: figures && { ours: figures[ours], peer: figures[peer] },
    })
  return [
    result(`${name}, 2 workers`, 'two', 'torch DataLoader, Pillow, 2 workers', 'torch', 2),
    result(`${name}, 2 workers, \`reuse\``, 'reuse', 'torch DataLoader, Pillow, 2 workers', 'torch', 2),
    result(`${name}, 2 workers`, 'two', '1 worker (ideal 2.0)', 'one', 1.9),
  ]
}

function loaderOf(files, options) {
  return new DataLoader(new ImageFiles(files, { transform }), { batchSize: 32, persistentWorkers: true, ...options })
}

async function hash(loader) {
  const sums = createHash('sha256')
  for await (const { image } of loader) sums.update(new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength))
  return sums.digest('hex')
}

async function count(loader, length) {
  let pictures = 0
  for await (const { image } of loader) pictures += image.dims[0]
  if (pictures !== length) throw new Error(`${pictures} pictures came of ${length}`)
}
