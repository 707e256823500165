// Rows of samples to rows of pixels.
import { grayRow, rgbRow, yccRow } from './_jpeg-colour'
import { component, frame } from './_jpeg-frame'
import { extend, farRow, row420, row422, wideRow } from './_jpeg-upsample'

/** Writes the picture's rows `from` to `to`. Top to bottom: each may write up to 52 bytes of the row below. */
export function jpegRows(from: i32, to: i32): void {
  const y0 = component(0)
  const cb = component(1)
  const cr = component(2)
  let pixels = frame.pixels + <usize>from * <usize>(frame.width * frame.components)
  if (frame.components == 1) {
    for (let y = from; y < to; y++, pixels += frame.width) grayRow(y0.plane + <usize>y * y0.stride, pixels, frame.width)
    return
  }
  const halved =
    frame.ycc && y0.h == frame.hMax && y0.v == frame.vMax && cb.h * 2 == frame.hMax && cr.h == cb.h && cr.v == cb.v && cb.width > 2
  const is422 = halved && cb.v == frame.vMax
  const is420 = halved && cb.v * 2 == frame.vMax
  for (let y = from; y < to; y++, pixels += frame.width * 3) {
    if (is420) {
      const near = <usize>(y >> 1) * cb.stride
      const far = <usize>farRow(cb, y) * cb.stride
      extend(cb, cb.plane + near)
      extend(cb, cb.plane + far)
      extend(cr, cr.plane + near)
      extend(cr, cr.plane + far)
      row420(y0.plane + <usize>y * y0.stride, cb.plane + near, cb.plane + far, cr.plane + near, cr.plane + far, pixels, frame.width)
    } else if (is422) {
      const row = <usize>y * cb.stride
      extend(cb, cb.plane + row)
      extend(cr, cr.plane + row)
      row422(y0.plane + <usize>y * y0.stride, cb.plane + row, cr.plane + row, pixels, frame.width)
    } else {
      const a = wideRow(y0, y)
      const b = wideRow(cb, y)
      const c = wideRow(cr, y)
      if (frame.ycc) yccRow(a, b, c, pixels, frame.width)
      else rgbRow(a, b, c, pixels, frame.width)
    }
  }
}
