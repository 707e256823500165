// JPEG bytes in memory to RGB pixels, one core, a picture.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { openSync } from 'millrace/image'
import { decodeJpegInPlace } from '../../dist/codec/jpeg.js'
import { trim } from '../../dist/kernels/instance.js'
import { alternate, line, median, pythonPeer, timed } from '../measure.mjs'
import { typicalSize, withPhotos } from '../photos.mjs'

const kinds = {
  q90: { name: '640 x 480, quality 90', aim: 1.8 },
  q75: { name: '640 x 480, quality 75', aim: 1.8 },
  full: { name: '640 x 480, quality 90, 4:4:4', aim: 1.8 },
  progressive: { name: '640 x 480, quality 90, progressive', aim: 1 },
  large: { name: '4000 x 3000, quality 90', aim: 1.8 },
}
const counts = { q90: 20, q75: 20, full: 20, progressive: 20, large: 1 }
const equality = 'every byte of every picture is equal on all sides; OpenCV as BGR or RGB, whichever is faster'

export default async function row({ quick }) {
  const measured = await withPhotos(counts, async (folder, files) => {
    const python = await pythonPeer('images.py', folder)
    try {
      const lines = []
      for (const kind of Object.keys(kinds)) lines.push(...(await compare(kind, files[kind], python, quick)))
      return lines
    } finally {
      await python.close()
    }
  })
  return measured ?? Object.values(kinds).map(({ name, aim }) => line({ work: `JPEG to pixels, ${name}`, against: 'Pillow, OpenCV', aim }))
}

async function compare(kind, files, python, quick) {
  const { name, aim } = kinds[kind]
  const pictures = files.map((file) => readFileSync(file))
  const hash = createHash('sha256')
  for (const bytes of pictures) hash.update(openSync(bytes).data)
  const pixels = hash.digest('hex')
  await python.run(`${kind} pillow hash`, pixels)
  await python.run(`${kind} opencv hash`, pixels)

  const each = (decode) => () => timed(() => pictures.forEach((bytes) => void decode(bytes)))
  const peer = (run) => () => python.run(`${kind} ${run}`, pictures.length)
  const sides = {
    own: each((bytes) => openSync(bytes)),
    inPlace: each((bytes) => {
      decodeJpegInPlace(bytes)
      trim('picture')
    }),
    pillow: peer('pillow'),
    bgr: peer('opencv-bgr'),
    rgb: peer('opencv-rgb'),
  }
  const figures = await alternate(sides, quick ? 15 : 51, quick ? 5 : 10)
  const ms = Object.fromEntries(Object.entries(figures).map(([side, values]) => [side, median(values) / pictures.length]))
  const faster = ms.bgr < ms.rgb ? 'bgr' : 'rgb'
  const against = (ours, peer, whose, more, aim) =>
    line({
      work: `JPEG to pixels, ${name} (${typicalSize(files)})${more}`,
      against: whose,
      ours: ms[ours],
      peer: ms[peer],
      aim,
      note: equality,
      figures: { ours: figures[ours], peer: figures[peer] },
    })
  return [
    against('own', 'pillow', 'Pillow, Image.load', '', aim),
    against('own', faster, 'cv2.imdecode', '', aim),
    against('inPlace', faster, 'cv2.imdecode', ', left in the decoder’s memory for a resize'),
  ]
}
