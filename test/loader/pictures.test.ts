import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataLoader, type ItemError } from 'millrace'
import {
  apply,
  compose,
  encodeJpeg,
  encodePng,
  encodeWebp,
  type Image,
  ImageFiles,
  ImageFolder,
  imagenet,
  normalize,
  open,
  randomFlip,
  randomResizedCrop,
  resize,
  toTensor,
} from 'millrace/image'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shifted } from './datasets.ts'

let root: string
const picture = (seed: number, height: number, width: number): Image => {
  const data = new Uint8Array(height * width * 3)
  for (let i = 0; i < data.length; i++) data[i] = 128 + 90 * Math.sin(seed + i * 0.003) + 30 * Math.cos(seed * i * 0.01)
  return { data, height, width, channels: 3 }
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-pictures-'))
  for (const name of ['cat', 'dog', 'emu']) mkdirSync(join(root, name, 'more'), { recursive: true })
  for (let i = 0; i < 9; i++) {
    const image = picture(i, 60 + 7 * i, 90 - 5 * i)
    const [name, bytes] =
      i % 3 === 0
        ? ['jpg', await encodeJpeg(image, { quality: 90 })]
        : i % 3 === 1
          ? ['png', encodePng(image)]
          : ['webp', await encodeWebp(image, { lossless: true })]
    writeFileSync(join(root, ['cat', 'dog', 'emu'][i % 3]!, i < 3 ? 'more' : '.', `${i}.${name}`), bytes)
  }
  writeFileSync(join(root, 'dog', 'notes.txt'), 'not a picture')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const transform = compose(resize([32, 24]), toTensor(), normalize(imagenet))

describe('ImageFolder', () => {
  test('classes by folder, pictures by path, labels by class', () => {
    const ds = new ImageFolder(root)
    expect(ds.classes).toEqual(['cat', 'dog', 'emu'])
    expect([...ds.labels]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
    expect(Array.from({ length: 9 }, (_, i) => ds.files.get(i).slice(root.length + 1))).toEqual([
      'cat/3.jpg',
      'cat/6.jpg',
      'cat/more/0.jpg',
      'dog/4.png',
      'dog/7.png',
      'dog/more/1.png',
      'emu/5.webp',
      'emu/8.webp',
      'emu/more/2.webp',
    ])
  })

  test.each([0, 2])('batches are the pictures, opened and transformed, whatever decodes them: %i workers', async (numWorkers) => {
    const ds = new ImageFolder(root, { transform })
    const seen: number[] = []
    for await (const { image, label } of new DataLoader(ds, { batchSize: 4, numWorkers })) {
      const [n, ...dims] = image.dims
      expect(dims).toEqual([3, 32, 24])
      for (let i = 0; i < n!; i++) {
        const index = seen.length
        seen.push(label.data[i]!)
        const { data } = await apply(transform, await open(ds.files.get(index)))
        expect(image.data.subarray(i * data.length, (i + 1) * data.length)).toEqual(data)
      }
    }
    expect(seen).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
  })

  test('augmentations are the same for a seed, and others in the next epoch', async () => {
    const augmented = compose(randomResizedCrop(16), randomFlip(), toTensor())
    const epochs = async (numWorkers: number): Promise<Float32Array[]> => {
      const loader = new DataLoader(new ImageFolder(root, { transform: augmented }), { batchSize: 9, seed: 3, numWorkers })
      const batches: Float32Array[] = []
      for (let epoch = 0; epoch < 2; epoch++) for await (const { image } of loader) batches.push(image.data)
      return batches
    }
    const expected = await epochs(0)
    expect(await epochs(2)).toEqual(expected)
    expect(expected[0]).not.toEqual(expected[1])
  })

  test('what is missing is said with the way out', () => {
    expect(() => new ImageFolder(join(root, 'none'))).toThrow(/can't be read/)
    expect(() => new ImageFolder(join(root, 'cat', 'more'))).toThrow(/no subfolders.*ImageFiles/s)
    mkdirSync(join(root, 'fox'))
    expect(() => new ImageFolder(root)).toThrow(/no pictures .* fox .*allowEmpty/s)
    expect(new ImageFolder(root, { allowEmpty: true }).classes).toEqual(['cat', 'dog', 'emu', 'fox'])
    rmSync(join(root, 'fox'), { recursive: true })
  })
})

describe('ImageFiles', () => {
  test('gives pictures of one size as a batch of bytes, and their names', async () => {
    const list = [join(root, 'dog/4.png'), join(root, 'dog/4.png')]
    for await (const { image, file } of new DataLoader(new ImageFiles(list), { batchSize: 2, numWorkers: 1 })) {
      expect({ dims: image.dims, type: image.type, file }).toEqual({ dims: [2, 88, 70, 3], type: 'uint8', file: list })
    }
  })

  test('takes a task as a step', async () => {
    const list = [join(root, 'dog/4.png')]
    const steps = compose(shifted, toTensor())
    const [plain] = [await open(list[0]!)]
    for (const numWorkers of [0, 2]) {
      for await (const { image } of new DataLoader(new ImageFiles(list, { transform: steps }), { numWorkers })) {
        expect(Math.round(image.data[0]! * 255)).toBe((plain.data[0]! + 1) % 256)
      }
    }
  })

  test('a file that is no picture fails by its name, or is left out', async () => {
    const list = [join(root, 'dog/4.png'), join(root, 'dog/notes.txt'), join(root, 'nowhere.jpg')]
    const loader = new DataLoader(new ImageFiles(list, { transform }), { batchSize: 3, numWorkers: 2, onError: 'skip' })
    for await (const { image } of loader) expect(image.dims[0]).toBe(1)
    const { errors } = loader.stats().skipped
    expect(errors.map(({ index }) => index)).toEqual([1, 2])
    expect(errors[0]!.message).toMatch(/notes\.txt: pictures are JPEG, PNG/)
    expect(errors[1]!.message).toMatch(/nowhere\.jpg: it can't be read/)
    const error = await (async () => {
      for await (const batch of new DataLoader(new ImageFiles(list, { transform }), { batchSize: 3, numWorkers: 0 })) void batch
    })().catch((thrown: unknown) => thrown as ItemError)
    expect(error).toMatchObject({ index: 1 })
  })

  test('what is no path, no transform and no option is refused at once', () => {
    expect(() => new ImageFiles('a.jpg' as never)).toThrow(/takes paths, as an array or what files\(\) gives; received "a.jpg"/)
    expect(() => new ImageFiles([5] as never)).toThrow(/takes paths/)
    expect(() => new ImageFolder(root, { transforms: transform } as never)).toThrow(
      /ImageFolder has no option "transforms"; it knows transform/,
    )
    expect(() => new ImageFiles([], { transform: toTensor as never })).toThrow(/a function \(.*without its parentheses\?\)|a function/)
    expect(() => new ImageFiles([], { transform: [toTensor()] as never })).toThrow(/a list: compose\(a, b\)/)
    expect(() => resize(3, { interpolation: 'bicubic' } as never)).toThrow(/resize has no option "interpolation"; it knows method/)
  })

  test('says where the time goes', async () => {
    const loader = new DataLoader(new ImageFolder(root, { transform }), { batchSize: 3, numWorkers: 1 })
    for await (const batch of loader) void batch
    const { stages, verdict, numWorkers, busy } = loader.stats()
    expect(Object.keys(stages).sort()).toEqual(['collate', 'decode', 'get', 'read', 'transform'])
    expect(stages['get']).toBeGreaterThanOrEqual(stages['transform']!)
    expect(numWorkers).toBe(1)
    expect(busy).toBeGreaterThan(0)
    expect(verdict).toMatch(/1 of 1 workers busy \d+%; the consumer waits \d+%/)
  })
})
