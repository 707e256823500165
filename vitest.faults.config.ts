import { defineConfig } from 'vitest/config'

// The slow tests that really kill processes: `npm run test:faults`.
export default defineConfig({
  test: {
    include: ['src/**/*.faults.test.ts', 'test/**/*.faults.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
    // Running out of heap memory takes long where the heap may grow to gigabytes.
    execArgv: ['--max-old-space-size=400'],
    server: { deps: { external: [/\/dist\//] } },
  },
})
