// One run of the campaign: node campaign-run.mjs <out> <items> <durability> <busy ms> [executor]
import { runJob } from 'millrace'
import campaignJob from './campaign-job.mjs'

const [out, count, durability, busy, executor = 'threads'] = process.argv.slice(2)
const input = Array.from({ length: Number(count) }, (_, i) => `item-${String(i).padStart(6, '0')}`)
const run = runJob(campaignJob, { input, out, durability, executor, numWorkers: 2, params: { busy: Number(busy) } })
let told = 0
for await (const { index } of run) {
  told++
  if (process.send !== undefined && told % 50 === 0) process.send(index)
}
const { complete, totalDone, totalFailed, done } = await run.summary
console.log(JSON.stringify({ complete, totalDone, totalFailed, done }))
