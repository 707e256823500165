import { defineConfig } from 'vitest/config'

// Tests of workers import the built package by its own name (`millrace`), as a user does; numbers are tested from source.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/*.faults.test.ts'],
    testTimeout: 30_000,
    // Vitest leaves a core free; most of these tests wait for workers anyway.
    maxWorkers: '100%',
    server: { deps: { external: [/\/dist\//] } },
  },
})
