/* eslint-disable typescript/no-unnecessary-type-parameters -- they are how types are compared */
/** Whether two types are the same, `any` told apart. */
export type Is<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for `true`. */
export declare function same<_T extends true>(): void
