// A JPEG decoder, byte-equal to libjpeg-turbo's (islow transform, fancy upsampling). codec/jpeg-decoder.ts reads the markers, says
// where everything lies and calls these; ../jpeg.ts describes each.
import { dcTable, acTable } from './_jpeg-huffman'
import { component, scanComponent } from './_jpeg-frame'

export { jpegNext, jpegStream } from './_jpeg-bits'
export { jpegBaseline } from './_jpeg-baseline'
export { jpegFinish } from './_jpeg-finish'
export { jpegComponent, jpegFrame, jpegQuantisation, jpegScan } from './_jpeg-frame'
export { jpegHuffman } from './_jpeg-huffman'
export { jpegAcFirst, jpegAcRefine, jpegDcFirst, jpegDcRefine } from './_jpeg-progressive'
export { jpegRows } from './_jpeg-rows'

/** The `k`-th component of the scan is component `i`, with DC table `dc` and AC table `ac`. */
export function jpegScanComponent(k: i32, i: i32, dc: i32, ac: i32): void {
  scanComponent(k, component(i), dcTable(dc), acTable(ac))
}
