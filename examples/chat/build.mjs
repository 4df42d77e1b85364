// The build command of wrangler.toml: quick for `wrangler dev`, small for `wrangler deploy`.
import { spawnSync } from 'node:child_process'

const run = (program, args, variables) => {
  const { error, status } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } })
  if (error?.code === 'ENOENT') console.error(`${program} is not installed: README.md says how to install it`)
  else if (error) console.error(`${program}: ${error.message}`)
  if (status !== 0) process.exit(1)
}

const command = process.env.WRANGLER_COMMAND
run('worker-build', [command === 'dev' || command === 'types' ? '--dev' : '--release'])
// `wrangler types` looks for the types of the objects beside the worker's JavaScript.
if (command === 'types')
  run('cargo', ['test', '--lib', 'durable_object_types'], { DURABLE_OBJECT_TYPES: 'build/index.d.ts' })
