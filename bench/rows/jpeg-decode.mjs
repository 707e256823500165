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
/** The results of a turn that keeps them. */
const held = []
const equality =
  'every byte of every picture is equal on all sides; each result is dropped before the next unless it says otherwise, so that malloc gives ' +
  'Pillow and OpenCV warm memory, which V8 cannot; OpenCV as BGR or RGB, whichever is faster'

export default async function row({ quick }) {
  const many = quick ? 25 : 100
  const counts = { q90: many, q75: many, full: many, progressive: many, large: quick ? 1 : 3 }
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
    ...(kind === 'q90' && {
      ownKept: () => timed(() => void held.splice(0, held.length, ...pictures.map((bytes) => openSync(bytes)))),
      pillowKept: peer('pillow kept'),
      opencvKept: peer('opencv kept'),
    }),
  }
  const figures = await alternate(sides, quick ? 5 : 9, quick ? 1 : 2)
  held.length = 0
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
  const lines = [
    against('own', 'pillow', 'Pillow, Image.load', '', aim),
    against('own', faster, 'cv2.imdecode', '', aim),
    against('inPlace', faster, 'cv2.imdecode', ', left where it was decoded, as before a resize', aim),
  ]
  if (kind !== 'q90') return lines
  return [
    ...lines,
    against('ownKept', 'pillowKept', 'Pillow, Image.load', ', all kept: fresh memory for each'),
    against('ownKept', 'opencvKept', 'cv2.imdecode', ', all kept: fresh memory for each'),
  ]
}
