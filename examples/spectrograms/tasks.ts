// Real work stands in a file of its own: a task travels to the workers, its parameters have defaults and types.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { task } from 'millrace'
import { load, melspectrogram, powerToDb, specshow } from 'millrace/audio'
import { encodePng } from 'millrace/image'

export const genSpec = task(import.meta, {
  params: { src: 'wavs', dst: 'specs' },
  async run(file: string, _index, { params }) {
    const { y, sr } = await load(`${params.src}/${file}`) // librosa.load: mono, 22050 Hz
    const S = melspectrogram(y, { sr, nFft: 1024, hopLength: 512, nMels: 128, power: 1, fmin: 20, fmax: 8000 })
    const picture = `${params.dst}/${file}.png`
    await mkdir(dirname(picture), { recursive: true })
    await writeFile(picture, encodePng(specshow(powerToDb(S, { ref: 'max' }), { size: 224 })))
    return picture
  },
})
