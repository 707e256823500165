import type { Image } from '../core/image.ts'
import type { Tensor, TensorTypes } from '../core/tensor.ts'

/** The kind of tensor that typed arrays of this kind make. */
export type TypeOfArray<A> = A extends Float32Array
  ? 'float32'
  : A extends Float64Array
    ? 'float64'
    : A extends Uint8ClampedArray
      ? 'uint8'
      : A extends Uint8Array
        ? 'uint8'
        : A extends Int8Array
          ? 'int8'
          : A extends Uint16Array
            ? 'uint16'
            : A extends Int16Array
              ? 'int16'
              : A extends Int32Array
                ? 'int32'
                : A extends Uint32Array
                  ? 'uint32'
                  : A extends BigInt64Array
                    ? 'int64'
                    : A extends BigUint64Array
                      ? 'uint64'
                      : never

type TypedArray = TensorTypes[keyof TensorTypes] | Uint8ClampedArray

/** Holds numbers in bulk; an array with such an element is a tuple. */
type Bulk = TypedArray | Tensor | Image

/** One word for what kind a value is; unions keep one for each member. */
type Kind<T> = T extends string
  ? 'string'
  : T extends number
    ? 'number'
    : T extends bigint
      ? 'bigint'
      : T extends boolean
        ? 'boolean'
        : T extends null | undefined
          ? 'nothing'
          : T extends Bulk
            ? 'bulk'
            : T extends readonly unknown[]
              ? 'array'
              : 'object'

type IsUnion<T, U = T> = [T] extends [never] ? false : T extends unknown ? ([U] extends [T] ? false : true) : never

/** An array is a tuple when it holds numbers in bulk, or elements of different kinds; else it is a list, and stays one. */
type IsTuple<A extends readonly unknown[]> = [Extract<A[number], Bulk>] extends [never]
  ? number extends A['length']
    ? false
    : IsUnion<Kind<A[number]>>
  : true

/** What `collate` makes of a batch of samples of type `T`. Of `any`, anything; of `unknown`, nothing is known. */
export type Collated<T> = 0 extends 1 & T ? any : unknown extends T ? unknown : CollatedOf<T>

type CollatedOf<T> = [T] extends [number]
  ? Tensor<'float64'>
  : [T] extends [bigint]
    ? Tensor<'int64'>
    : [T] extends [boolean]
      ? Tensor<'bool'>
      : [T] extends [string | null | undefined]
        ? T[]
        : [T] extends [TypedArray]
          ? Tensor<TypeOfArray<T>>
          : [T] extends [Tensor<infer Type>]
            ? Tensor<Type>
            : [T] extends [Image]
              ? Tensor<'uint8' | 'uint16'>
              : [T] extends [readonly unknown[]]
                ? IsTuple<T> extends true
                  ? { -readonly [K in keyof T]: Collated<T[K]> }
                  : T[]
                : [T] extends [ReadonlyMap<any, any> | ReadonlySet<any> | Date | RegExp | Error | Function]
                  ? T[]
                  : [T] extends [object]
                    ? { -readonly [K in keyof T]: Collated<T[K]> }
                    : T[]
