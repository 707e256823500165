// What is asked of runs, loaded when it is asked: most programs that import the front door make no run.
import type * as Plans from './plan-job.ts'
import type * as States from './status.ts'
import type * as Checks from './verify.ts'

export const plan: typeof Plans.plan = async (job, options) => (await import('./plan-job.ts')).plan(job, options)

export const jobStatus: typeof States.jobStatus = async (...args) => (await import('./status.ts')).jobStatus(...args)

export const verifyJob: typeof Checks.verifyJob = async (...args) => (await import('./verify.ts')).verifyJob(...args)
