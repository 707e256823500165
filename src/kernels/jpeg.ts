/**
 * `assembly/_jpeg.ts`, a part of the kernel `picture`: everything of a JPEG but its markers. The caller reads those, has checked what
 * it passes, and says where everything lies (addresses are bytes of the kernel's memory). `jpeg-plain.ts` is its twin.
 */
export interface JpegKernel {
  /** The picture: its size, number of components, largest sampling factors, whether they are Y, Cb and Cr, and where its pixels go. */
  jpegFrame(width: number, height: number, components: number, hMax: number, vMax: number, ycc: boolean, pixels: number): void
  /**
   * Component `i`: its sampling factors; its samples, a byte each in rows of `stride`; a row as wide as the picture; and for a
   * progressive picture its coefficients, 128 bytes a block, and 8 bytes a block to tell which are not zero, both zeroed.
   */
  jpegComponent(i: number, h: number, v: number, plane: number, stride: number, line: number, coefficients: number, masks: number): void
  /** The quantisation table of component `i`: 64 bytes, or (`wide`) 64 times two, in zigzag order. */
  jpegQuantisation(i: number, from: number, wide: boolean): void
  /** DC table `id`, or AC table `id - 4`, of 16 counts and `symbols` symbols. 0 when it is no code. */
  jpegHuffman(id: number, from: number, symbols: number): number
  /** Bits of a scan are copied to end here, growing down. */
  jpegStream(top: number): void
  /** The next scan has `components`; each is then named with its tables. */
  jpegScan(components: number): void
  jpegScanComponent(k: number, component: number, dc: number, ac: number): void
  /** Each reads a scan, whose bits lie from `from` and end before `end`, with `interval` MCUs between restart markers, or 0. */
  jpegBaseline(from: number, end: number, interval: number): JpegStatus
  jpegDcFirst(from: number, end: number, interval: number, shift: number): JpegStatus
  jpegDcRefine(from: number, end: number, interval: number, shift: number): JpegStatus
  jpegAcFirst(from: number, end: number, interval: number, first: number, last: number, shift: number): JpegStatus
  jpegAcRefine(from: number, end: number, interval: number, first: number, last: number, shift: number): JpegStatus
  /** The marker at which the scan ended. */
  jpegNext(): number
  /** Coefficients of a progressive picture to pixels. */
  jpegFinish(): JpegStatus
  /** Samples to pixels, rows `from` to `to`. A baseline scan of all components has done it already. */
  jpegRows(from: number, to: number): void
}

/** 0: well; 1: no code of the table, or a coefficient out of range; 2: the bits ended early; 3: a wrong restart marker. */
export type JpegStatus = 0 | 1 | 2 | 3
