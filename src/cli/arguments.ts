import { InvalidArgumentError } from 'commander'

/** A number written out in full; `3x` and nothing are none. */
export function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('It is a number.')
  return value
}

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (!Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`It is a whole number from ${least}.`)
    return value
  }
}

/** A number, or one of some words. */
export function numberOr<T extends string>(...words: T[]): (text: string) => number | T {
  return (text) => {
    const word = words.find((known) => known === text)
    if (word !== undefined) return word
    const value = Number(text)
    if (text.trim() !== '' && !Number.isNaN(value)) return value
    throw new InvalidArgumentError(`It is a number or ${words.join(' or ')}.`)
  }
}

/** `224`, or `height x width` as `128x300`. */
export function pictureSize(text: string): number | [height: number, width: number] {
  const match = /^(\d+)(?:x(\d+))?$/i.exec(text)
  if (match === null) throw new InvalidArgumentError('It is a number of pixels, or height x width as in 128x300.')
  return match[2] === undefined ? Number(match[1]) : [Number(match[1]), Number(match[2])]
}

/** A window's name, or a name and its parameter: `hann`, `kaiser:14`. */
export function windowName(text: string): string | [string, number] {
  const [name, parameter, ...more] = text.split(':')
  if (parameter === undefined) return text
  if (more.length > 0) throw new InvalidArgumentError('It is a name, or a name and a number as in kaiser:14.')
  return [name!, number(parameter)]
}
