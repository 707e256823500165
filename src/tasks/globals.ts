import { runInNewContext } from 'node:vm'

// What Node adds to JavaScript, on any of Node 20 to 26. A list and not `globalThis` itself: there a test runner, the REPL or the
// program may have put names that no worker has.
const nodeGlobals = `AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
  CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventTarget File FormData
  Headers MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark PerformanceMeasure
  PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming QuotaExceededError ReadableByteStreamController
  ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader
  Request Response Storage SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream
  TransformStreamDefaultController URL URLPattern URLSearchParams WebAssembly WebSocket WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearImmediate clearInterval clearTimeout console crypto
  fetch global localStorage navigator performance process queueMicrotask sessionStorage setImmediate setInterval setTimeout
  structuredClone`.split(/\s+/)

// Newer JavaScript that some of these Nodes lack; naming it is no capture.
const newerGlobals = 'AsyncDisposableStack DisposableStack Float16Array Iterator SuppressedError Temporal'.split(' ')

// Other hosts' globals, which portable code asks for by `typeof document !== 'undefined'`.
const foreignGlobals =
  'Bun Deno EdgeRuntime HTMLElement WorkerGlobalScope XMLHttpRequest document importScripts module require self window'.split(' ')

const foreign: ReadonlySet<string> = new Set(foreignGlobals)
let every: ReadonlySet<string> | undefined

/** True if a worker has this global, whatever the program has put into its own. */
export function isGlobal(name: string): boolean {
  every ??= new Set([...(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]), ...nodeGlobals, ...newerGlobals])
  return every.has(name)
}

/** True for a global of browsers and other runtimes, which a function may ask for with `typeof`. */
export function isForeignGlobal(name: string): boolean {
  return foreign.has(name)
}
