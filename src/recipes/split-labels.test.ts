import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { clipLabel, isIn, type Label, placeLabels, readLabels } from './split-labels.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-labels-'))
afterAll(() => rmSync(folder, { recursive: true }))

function list(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('a list', () => {
  test('names are relative to its folder, other columns come along, order stays', () => {
    const file = list('labels.csv', 'file,start,end,label,by\na.wav,0.5,1.5,cat,ann\nb/c.wav,0,2,dog,bob\na.wav,2,3,"dog, barking",ann\n')
    const { files, broken } = readLabels(file)
    expect(broken).toEqual([])
    expect([...files.keys()]).toEqual([join(folder, 'a.wav'), join(folder, 'b', 'c.wav')])
    expect(files.get(join(folder, 'a.wav'))).toEqual({
      labels: [
        { start: 0.5, end: 1.5, label: 'cat', more: { by: 'ann' } },
        { start: 2, end: 3, label: 'dog, barking', more: { by: 'ann' } },
      ],
      problems: [],
    })
  })

  test('columns of other names, tabs, another folder', () => {
    const file = list('dcase.tsv', 'filename\tonset\toffset\tevent_label\na.wav\t1\t2\tSpeech\n')
    const columns = { file: 'filename', start: 'onset', end: 'offset', label: 'event_label' }
    const { files } = readLabels(file, { columns, folder: '/elsewhere' })
    expect(files.get('/elsewhere/a.wav')!.labels).toEqual([{ start: 1, end: 2, label: 'Speech', more: {} }])
  })

  test('without times it is about files', () => {
    const { files } = readLabels(list('files.csv', 'file,label,fold\na.wav,cat,1\n'))
    expect(files.get(join(folder, 'a.wav'))!.labels).toEqual([{ label: 'cat', more: { fold: '1' } }])
  })

  test('rows that cannot be used are problems of their files, or of nobody, with their lines', () => {
    const rows = ['a.wav,x,1,cat', 'a.wav,2,1,cat', 'a.wav,-1,1,cat', 'a.wav,0,inf,cat', 'a.wav,1,2', ',1,2,cat', 'b.wav,,,cat']
    const file = list('bad.csv', `file,start,end,label\n${rows.join('\n')}\n`)
    const { files, broken } = readLabels(file)
    expect(files.get(join(folder, 'a.wav'))).toEqual({
      labels: [],
      problems: [
        `${file} line 2: start is a number of seconds from 0 on, not "x".`,
        `${file} line 3: it ends (1 s) before it starts (2 s).`,
        `${file} line 4: start is a number of seconds from 0 on, not "-1".`,
        `${file} line 5: end is a number of seconds from 0 on, not "inf".`,
      ],
    })
    expect(files.get(join(folder, 'b.wav'))!.problems).toEqual([])
    expect(broken.map(({ row }) => row)).toEqual([`${file} line 6`, `${file} line 7`])
    expect(broken[0]!.problem).toMatch(/line 6: 3 fields where there are 4 columns/)
  })

  test('columns that are missing are named', () => {
    expect(() => readLabels(list('no.csv', 'filename,start,end,label\n'))).toThrow(/no column "file"; it has "filename", .*file=filename/)
    expect(() => readLabels(list('half.csv', 'file,start,label\n'))).toThrow(/no column "end"/)
    expect(() => readLabels(list('plain.csv', 'file,label\n'), { columns: { start: 'onset' } })).toThrow(/no column "onset"/)
  })
})

describe('labels of a clip', () => {
  /** At 1,000 Hz, of a recording of 10 s. */
  const of = (
    label: Omit<Label, 'label' | 'more'>,
    from: number,
    to: number,
  ): [start: number, end: number, truncated: boolean] | undefined => {
    const [placed] = placeLabels([{ ...label, label: 'x', more: {} }], 10_000, 1000)
    if (!isIn(placed!, from, to)) return undefined
    const { start, end, truncated } = clipLabel(placed!, from, to, 1000)
    return [start, end, truncated]
  }

  test.each<[label: Omit<Label, 'label' | 'more'>, clip: [number, number], expected: ReturnType<typeof of>]>([
    [{ start: 1, end: 2 }, [0, 3000], [1, 2, false]],
    [{ start: 1, end: 2 }, [1000, 2000], [0, 1, false]],
    [{ start: 1, end: 2 }, [1500, 4000], [0, 0.5, true]],
    [{ start: 1, end: 2 }, [0, 1500], [1, 1.5, true]],
    [{ start: 1, end: 9 }, [2000, 4000], [0, 2, true]],
    // Touching is not holding.
    [{ start: 1, end: 2 }, [2000, 4000], undefined],
    [{ start: 1, end: 2 }, [0, 1000], undefined],
    // Less than half a sample is none.
    [{ start: 1, end: 2.0004 }, [1000, 2000], [0, 1, false]],
    [{ start: 1, end: 2.0006 }, [1000, 2000], [0, 1, true]],
    [{ start: 1.9997, end: 3 }, [1000, 2000], undefined],
    // Points.
    [{ start: 2, end: 2 }, [1000, 2000], undefined],
    [{ start: 2, end: 2 }, [2000, 3000], [0, 0, false]],
    // One end, or none, is given.
    [{ start: 8 }, [7000, 10_000], [1, 3, false]],
    [{ start: 8 }, [7000, 9000], [1, 2, true]],
    [{ end: 2 }, [0, 3000], [0, 2, false]],
    [{}, [4000, 6000], [0, 2, false]],
    // Beyond the end of the recording: what lies there is cut.
    [{ start: 9, end: 12 }, [8000, 10_000], [1, 2, true]],
    [{ start: 11, end: 12 }, [8000, 10_000], undefined],
    [{ start: 11 }, [8000, 10_000], undefined],
  ])('%j in %j', (label, [from, to], expected) => expect(of(label, from, to)).toEqual(expected))

  test('other columns come along, but not over what is ours', () => {
    const [placed] = placeLabels([{ start: 0, end: 1, label: 'cat', more: { by: 'ann', truncated: 'no' } }], 10, 10)
    expect(clipLabel(placed!, 0, 10, 10)).toEqual({ by: 'ann', label: 'cat', start: 0, end: 1, truncated: false })
  })
})
