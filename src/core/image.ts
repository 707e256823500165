/**
 * A picture: `height` x `width` x `channels` bytes in row-major order. One channel is gray (or indices into `palette`,
 * 3 bytes an entry), three are RGB, four RGBA. 16-bit data is gray only.
 */
export interface Image {
  data: Uint8Array | Uint16Array
  height: number
  width: number
  channels: 1 | 3 | 4
  palette?: Uint8Array
}
