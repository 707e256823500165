// The machine and the versions that figures belong to.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, arch, totalmem } from 'node:os'
import { join } from 'node:path'
import { pythonPath, root } from './measure.mjs'

export function machine() {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${gigabytes} GB, ${platform()} ${arch()}`
}

export function versions() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const peers = JSON.parse(readFileSync(join(root, 'bench/peers/package.json'), 'utf8')).dependencies
  return { millrace: version, Node: process.versions.node, ...peers, ...python() }
}

function python() {
  if (pythonPath === undefined) return { Python: 'absent' }
  const names = ['torch', 'numpy', 'librosa', 'matplotlib', 'pillow', 'opencv-python-headless', 'soxr', 'soundfile', 'fastcore', 'joblib']
  const program = `import importlib.metadata, json, platform
print(json.dumps({"Python": platform.python_version(), **{n: importlib.metadata.version(n) for n in ${JSON.stringify(names)}}}))`
  return JSON.parse(spawnSync(pythonPath, ['-c', program], { encoding: 'utf8' }).stdout)
}
