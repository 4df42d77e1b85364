// Runs a worker the way a user does: `wrangler dev`, on a free port and with storage of its own.

import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { eventually } from './wait.mjs'

/** The installed one, also for a worker outside this workspace. */
const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url))

/** Nothing is asked of the network, and nothing is written outside `state`. @param {string} state */
const environment = (state) => ({
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_REGISTRY_PATH: join(state, 'registry'),
  WRANGLER_LOG_PATH: join(state, 'logs'),
})

/** A server on a random port below the range of outgoing connections; undefined if that port is taken. */
const listen = () =>
  new Promise((resolve) => {
    const server = createServer()
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    server.once('error', () => resolve(undefined)).listen(port, '127.0.0.1', () => resolve(server))
  })

/**
 * Ports that nobody listens on, each another one. `net.listen(0)` would give ports of the range from which
 * outgoing connections get theirs, and one of those may take it before the worker does.
 */
const freePorts = async (count) => {
  const servers = []
  for (let attempts = 0; attempts < 50 && servers.length < count; attempts++) {
    const server = await listen()
    if (server !== undefined) servers.push(server)
  }
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  if (ports.length < count) throw new Error('no ports are free between 10000 and 30000')
  return ports
}

/** What `wrangler deploy --dry-run` prints; fails if it does. @param {{ cwd: string, limit?: number }} options */
export const dryRun = async ({ cwd, limit = 600_000 }) => {
  const state = mkdtempSync(join(tmpdir(), 'worker-'))
  try {
    const args = [WRANGLER, 'deploy', '--dry-run', '--outdir', join(state, 'out')]
    const run = promisify(execFile)(process.execPath, args, { cwd, env: environment(state), timeout: limit })
    return (await run).stdout
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
}

/**
 * Resolves when the worker answers. `readyMs` is long by default: the first start may compile the worker.
 * `configs` are wrangler's configuration files, the first that of the worker that answers; by default the one in `cwd`.
 *
 * @param {{ cwd: string, configs?: string[], readyMs?: number }} options
 */
export const startWorker = async ({ cwd, configs = [], readyMs = 600_000 }) => {
  const state = mkdtempSync(join(tmpdir(), 'worker-'))
  const [port, inspectorPort] = await freePorts(2)
  const args = [WRANGLER, 'dev', '--ip', '127.0.0.1', '--port', port, '--inspector-port', inspectorPort]
  args.push('--persist-to', join(state, 'storage'), ...configs.flatMap((config) => ['--config', config]))

  const child = spawn(process.execPath, args.map(String), {
    cwd,
    detached: true, // a process group, so that stopping it stops workerd as well
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(state),
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log = (log + data).slice(-20_000)))
  let ended = false
  const end = new Promise((resolve) => child.once('error', resolve).once('close', resolve)).then(() => (ended = true))

  const signal = (name) => {
    try {
      process.kill(-child.pid, name)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
  const abandon = () => signal('SIGKILL')
  const interrupted = () => process.exit(1)
  process.once('exit', abandon).once('SIGINT', interrupted).once('SIGTERM', interrupted)

  const stop = async () => {
    signal('SIGTERM')
    const timer = setTimeout(abandon, 5_000)
    await end
    clearTimeout(timer)
    process.off('exit', abandon).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    rmSync(state, { recursive: true, force: true })
  }

  try {
    const answers = async () => {
      if (ended) throw new Error(`wrangler stopped`)
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
      return response?.ok
    }
    await eventually(answers, 'the worker answers', readyMs)
  } catch (error) {
    await stop()
    throw new Error(`${error.message}; its log:\n${log}`)
  }
  return { port, stop, log: () => log }
}
