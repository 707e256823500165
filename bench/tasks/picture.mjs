import { task } from 'millrace'
import { load, melspectrogram, powerToDb, specshow } from 'millrace/audio'
import { encodePng } from 'millrace/image'

/** The story's picture of a wav as PNG bytes, of which only the number travels: work for the processor alone. */
export const picture = task(import.meta, {
  async run(file) {
    const { y, sr } = await load(file)
    const S = melspectrogram(y, { sr, nFft: 1024, hopLength: 512, nMels: 128, power: 1, fmin: 20, fmax: 8000 })
    return encodePng(specshow(powerToDb(S, { ref: 'max' }), { size: 224, channels: 3 })).length
  },
})
