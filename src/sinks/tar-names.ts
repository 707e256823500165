/**
 * An output's name in a tar of WebDataset's layout. There a file's key is its path up to the first dot of its last part, the rest is
 * its field, and files that follow each other with one key are one sample. So the outputs of an item are `<stem>.<name>`:
 *
 *     stem a/rec01, name a/rec01/clip.wav    a/rec01.clip.wav     key a/rec01, field clip.wav
 *     no stem, name a/rec01.png              a/rec01.png          key a/rec01, field png
 *
 * A dot in a stem would end the key too early, and a slash in a field would move it: they become `%2E` and `%2F`, and a `%` becomes
 * `%25`, so that no two names fall together and Python's `urllib.parse.unquote(key)` gives the stem again.
 */
export function entryName(name: string, stem: string | undefined): string {
  if (stem !== undefined && name.startsWith(`${stem}/`)) return join(stem, name.slice(stem.length + 1))
  const dot = name.lastIndexOf('.')
  const hasField = dot > name.lastIndexOf('/') + 1
  return hasField ? join(name.slice(0, dot), name.slice(dot + 1)) : escapeKey(name)
}

/** What a name may be called in a tar, whatever its item's stem was: as many names as it has parts, and only one can be there. */
export function entryNames(name: string): string[] {
  const names = [entryName(name, undefined)]
  for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) names.push(entryName(name, name.slice(0, slash)))
  return names
}

function join(key: string, field: string): string {
  return `${escapeKey(key)}.${field.replaceAll('%', '%25').replaceAll('/', '%2F')}`
}

/** In the folders before the last part dots are no harm. */
function escapeKey(key: string): string {
  const last = key.lastIndexOf('/') + 1
  return key.slice(0, last).replaceAll('%', '%25') + key.slice(last).replaceAll('%', '%25').replaceAll('.', '%2E')
}
