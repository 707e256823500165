import { createRequire } from 'node:module'
import { MillraceError } from '../core/errors.ts'
import type { Tensor, TensorType } from '../core/tensor.ts'

/** The part of `onnxruntime-node` that makes tensors. */
interface OrtModule {
  Tensor: new (type: string, data: unknown, dims: readonly number[]) => OrtTensor
}

/** ONNX Runtime's tensor, as far as it is known here. */
export interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

let ort: OrtModule | undefined

/**
 * A tensor as ONNX Runtime's own, over the same memory: `session.run({ input: toOrt(batch.image) })`.
 *
 * @param runtime The module to make it with, where it is not `onnxruntime-node` (`onnxruntime-web`, the one of transformers.js).
 * @throws MillraceError `ORT_MISSING` when `onnxruntime-node` is not installed; `ORT_UNSUPPORTED` for memory that it refuses.
 */
export function toOrt<T extends TensorType>({ data, dims, type }: Tensor<T>, runtime?: { Tensor: unknown }): OrtTensor {
  const { Tensor } = (runtime as OrtModule | undefined) ?? (ort ??= load())
  if (data.buffer instanceof SharedArrayBuffer) {
    throw new MillraceError('ORT_UNSUPPORTED', 'ONNX Runtime takes no shared memory on every Node: copy the tensor (data.slice()) first.')
  }
  return new Tensor(type, data, dims)
}

function load(): OrtModule {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as OrtModule
  } catch (error) {
    throw new MillraceError(
      'ORT_MISSING',
      'toOrt needs ONNX Runtime, which is not a part of Millrace: npm install onnxruntime-node --ignore-scripts',
      { cause: error },
    )
  }
}
