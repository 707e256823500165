// Batches of pictures into a model on ONNX Runtime (npm install onnxruntime-node --ignore-scripts).
import { InferenceSession } from 'onnxruntime-node'
import { DataLoader, files, toOrt } from 'millrace'
import { compose, ImageFiles, resize, toTensor } from 'millrace/image'

const session = await InferenceSession.create('golden/onnx/mean-colour.onnx')
const pictures = new ImageFiles(files(process.argv[2]), { transform: compose(resize(224, { method: 'squish' }), toTensor()) })
for await (const { image, file } of new DataLoader(pictures, { batchSize: 8 })) {
  const { scores } = await session.run({ image: toOrt(image) })
  for (const [i, name] of file.entries()) console.log(name, Array.from(scores.data.slice(3 * i, 3 * i + 3), (x) => x.toFixed(3)).join(' '))
}
