import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng } from '../../src/codec/png.ts'

/** Pictures of ordinary names. */
export const PHOTOS = 60

/** A picture with a name that would be a tag, and how it is written in HTML. */
export const HOSTILE = { name: '<b onclick=alert(1)>&amp;.png', shown: '&lt;b onclick=alert(1)&gt;&amp;amp;.png' }

/** `p000.png` and so on, a picture of a hostile name, and one of a hostile name that is no picture. */
export function makePhotos(folder: string): void {
  mkdirSync(folder)
  for (let i = 0; i < PHOTOS; i++) writeFileSync(join(folder, `p${String(i).padStart(3, '0')}.png`), picture(i))
  writeFileSync(join(folder, HOSTILE.name), picture(PHOTOS))
  writeFileSync(join(folder, '<img src=x onerror=alert(1)>.png'), 'no picture')
}

function picture(seed: number): Uint8Array {
  const [height, width] = [30, 40]
  const data = Uint8Array.from({ length: height * width * 3 }, (_, at) => 128 + 100 * Math.sin(seed + at / 50))
  return encodePng({ data, height, width, channels: 3 })
}
