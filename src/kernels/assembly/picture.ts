// One kernel for all that happens to a picture, so that decoded pixels are resized and made a tensor where they lie.
export { base, reserve } from './_memory'
