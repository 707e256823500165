// The same work against the story's own code, per clip.
import { alternate, line, median, pythonPath, sounds } from '../measure.mjs'
import { making, millrace, story } from '../spectrograms.mjs'

export default async function row({ quick }) {
  // What starts a run is taken off by a run on few files: ours has workers from 33 files on.
  const ours = { count: quick ? 300 : 5000, few: 40 }
  const peer = { count: quick ? 20 : 120, few: 4 }
  const runs = (maker, count) => making(maker, sounds(count), count)
  const figures = await alternate(
    {
      ours: runs(millrace(2), ours.count),
      oursFew: runs(millrace(2), ours.few),
      ...(pythonPath && { peer: runs(story(2), peer.count), peerFew: runs(story(2), peer.few) }),
    },
    quick ? 1 : 5,
    quick ? 0 : 1,
  )
  const each = (all, start, { count, few }) => (median(all) - median(start)) / (count - few)
  return [
    {
      ...line({
        work: 'a wav to a PNG file, 2 workers, start-up taken off',
        against: `the story's code (librosa, matplotlib) under fastcore.parallel, on ${peer.count} files`,
        ours: each(figures.ours, figures.oursFew, ours),
        peer: pythonPath && each(figures.peer, figures.peerFew, peer),
        aim: 100,
        note: `its figures are closed, BLAS has one thread; start-up is the same command on ${peer.few} files, ours on ${ours.few}`,
        figures,
      }),
      footnote:
        "The story's code is of 2019. To run on librosa 0.11 it needs `y=` before the signal in `melspectrogram`. For a fair race the " +
        'figure is closed after each clip, the Agg backend is chosen, and OPENBLAS_NUM_THREADS and OMP_NUM_THREADS are 1.',
    },
  ]
}
