// One kernel for all that happens to a picture, so that decoded pixels are resized and made a tensor where they lie.
export { base, reserve } from './_memory'
export * from './_jpeg'
export { resizeHorizontal, resizeVertical } from './_resize'
export { resizeNearest } from './_resize-nearest'
export { premultiply, unpremultiply } from './_resize-alpha'
export { resizeLinear } from './_resize-linear'
export { resizeArea, resizeAreaHalf, resizeAreaWhole } from './_resize-area'
export { toBytePlanes, toPlanes } from './_tensor'
