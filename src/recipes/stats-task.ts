import { MillraceError } from '../core/errors.ts'
import type { Task } from '../core/task.ts'
import { apply, type Image, open, type Transform } from '../image/index.ts'
import { task } from '../tasks/task.ts'

/** How often each level occurs in each channel of a picture: [3, 256]. */
export const countTask: Task<string, Float64Array, { transform: Transform | undefined }> = task(import.meta, {
  params: { transform: undefined as Transform | undefined },
  async run(file: string, index, { params, random }) {
    const opened = await open(file)
    const image = (params.transform === undefined ? opened : await apply(params.transform, opened, { index, random })) as Image
    return counted(image)
  },
})

function counted({ data, channels }: Image): Float64Array {
  if (!(data instanceof Uint8Array) || channels !== 3) throw new MillraceError('BAD_IMAGE', 'statistics are of RGB pictures of 8 bits.')
  const counts = new Uint32Array(3 * 256)
  for (let i = 0; i < data.length; i += 3) {
    counts[data[i]!]!++
    counts[256 + data[i + 1]!]!++
    counts[512 + data[i + 2]!]!++
  }
  return Float64Array.from(counts)
}
