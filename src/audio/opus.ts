import { createOpusDecoder } from '@audio/decode-opus/core'
import { readOgg } from './ogg.ts'

// What soundfile decodes at: the lowest of Opus' rates that holds all of the sound as it was before it was encoded.
const RATES = [8000, 12000, 16000, 24000, 48000] as const

/** Decodes an Ogg Opus file (RFC 7845) as soundfile does. Throws plain errors. */
export async function decodeOpus(bytes: Uint8Array): Promise<{ channels: Float32Array[]; sr: number }> {
  const { packets, end } = readOgg(bytes)
  const { inputRate, preSkip, ...layout } = readHead(packets[0])
  const sr = RATES.find((rate) => rate >= inputRate) ?? 48_000
  const decoder = await createOpusDecoder()
  try {
    decoder.configure({ ...layout, sampleRate: sr })
    // The second packet holds the tags.
    const { channelData, samplesDecoded } = decoder.decodeFrames(packets.slice(2))
    // Positions in the file count samples of 48 kHz, those before the sound included.
    const step = 48_000 / sr
    const from = preSkip / step
    return { channels: channelData.map((y) => y.slice(from, Math.min(Math.floor(end / step), samplesDecoded))), sr }
  } finally {
    decoder.free()
  }
}

function readHead(head: Uint8Array | undefined): {
  inputRate: number
  preSkip: number
  outputGain: number
  channels: number
  streamCount?: number
  coupledStreamCount?: number
  channelMappingTable?: number[]
} {
  if (head === undefined || head.length < 19) throw new Error('its first page is damaged')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const channels = head[9]!
  const isPlain = head[18] === 0
  if (channels === 0 || (isPlain ? channels > 2 : head.length < 21 + channels)) throw new Error(`its header says ${channels} channels`)
  return {
    channels,
    preSkip: view.getUint16(10, true),
    inputRate: view.getUint32(12, true),
    outputGain: view.getInt16(16, true),
    ...(!isPlain && { streamCount: head[19]!, coupledStreamCount: head[20]!, channelMappingTable: [...head.subarray(21, 21 + channels)] }),
  }
}
