// Pictures to tensors, shuffled, on workers; the checkpoint goes on in the middle of an epoch.
// Run: node --import tsx examples/pictures/main.ts a-folder-with-a-folder-for-each-class
import { DataLoader, type LoaderState } from 'millrace'
import { compose, ImageFolder, imagenet, normalize, resize, toTensor } from 'millrace/image'

const transform = compose(resize(224, { method: 'crop' }), toTensor(), normalize(imagenet))
const [, , root = 'train'] = process.argv
const ds = new ImageFolder(root, { transform })
const options = { batchSize: 4, shuffle: true, seed: 7, numWorkers: 2 }

let checkpoint: LoaderState | undefined
const loader = new DataLoader(ds, options)
for await (const { image, label } of loader) {
  console.log(image.type, image.dims.join(' x '), Array.from(label.data, (number) => ds.classes[number]).join(' '))
  checkpoint = loader.state()
  if (checkpoint.batches === 2) break // killed here, say
}
console.log('checkpoint', JSON.stringify(checkpoint))
const resumed = new DataLoader(ds, { ...options, state: checkpoint! })
for await (const { label } of resumed) console.log('and on', Array.from(label.data, (number) => ds.classes[number]).join(' '))
