// The whole idea: a function over many items, on every core, results in order.
import { parallel } from 'millrace'

const squares = await parallel((n: number) => n ** 2, [1, 2, 3, 4])
console.log(squares) // [ 1, 4, 9, 16 ]
