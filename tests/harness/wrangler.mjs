// Runs a worker the way a user does: `wrangler dev`, on a free port and with storage of its own.

import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { onExit, temporaryDirectory } from './cleanup.mjs'
import { eventually } from './wait.mjs'

/** The installed one, also for a worker outside this workspace that has none of its own. */
const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url))

/** Nothing is asked of the network, and nothing is written outside `state`. @param {string} state */
const environment = (state) => ({
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_REGISTRY_PATH: join(state, 'registry'),
  WRANGLER_LOG_PATH: join(state, 'logs'),
})

/**
 * A server on a random port below the range of outgoing connections; undefined if that port is taken.
 *
 * @returns {Promise<import('node:net').Server | undefined>}
 */
const listen = () =>
  new Promise((resolve) => {
    const server = createServer()
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    server.once('error', () => resolve(undefined)).listen(port, '127.0.0.1', () => resolve(server))
  })

/**
 * Ports that nobody listens on, each another one. `net.listen(0)` would give ports of the range from which
 * outgoing connections get theirs, and one of those may take it before the worker does.
 *
 * @param {number} count
 */
const freePorts = async (count) => {
  const servers = []
  for (let attempts = 0; attempts < 50 && servers.length < count; attempts++) {
    const server = await listen()
    if (server !== undefined) servers.push(server)
  }
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  if (ports.length < count) throw new Error('no ports are free between 10000 and 30000')
  return ports
}

/**
 * All that a command of wrangler prints; fails if it does.
 *
 * @param {string[]} args
 * @param {{ cwd: string, program?: string, env?: Record<string, string>, limit?: number }} options
 */
export const wrangler = async (args, { cwd, program = WRANGLER, env = {}, limit = 600_000 }) => {
  const { path: state, remove } = temporaryDirectory('worker')
  try {
    const options = { cwd, env: { ...environment(state), ...env }, timeout: limit }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], options)
    return stdout + stderr
  } finally {
    remove()
  }
}

/** A wrangler that does not come up is started once more: its proxy is known to lose requests when it starts. */
const STARTS = 2

/** How long the first answer may take once wrangler says that it is ready. */
const FIRST_ANSWER = 30_000

/**
 * Resolves when the worker answers. `readyMs` is long by default: the first start may compile the worker.
 * `configs` are wrangler's configuration files, the first that of the worker that answers; by default the one in `cwd`.
 * `storage` is a folder that outlives the worker, and `program` another wrangler than that of this workspace.
 *
 * @param {{ cwd: string, configs?: string[], readyMs?: number, storage?: string, program?: string }} options
 */
export const startWorker = async (options) => {
  for (let start = 1; ; start++) {
    const worker = await Wrangler.start(options)
    try {
      await worker.answers(options.readyMs ?? 240_000)
      return worker
    } catch (error) {
      await worker.stop()
      const message = `wrangler, start ${start} of ${STARTS}: ${/** @type {Error} */ (error).message}; its log:\n${worker.log()}`
      if (start === STARTS) throw new Error(message)
      console.error(message)
    }
  }
}

/** A running `wrangler dev`. */
class Wrangler {
  #log = ''
  #ended = false

  /** @param {{ cwd: string, configs?: string[], storage?: string, program?: string }} options */
  static async start({ cwd, configs = [], storage, program = WRANGLER }) {
    const [port, inspectorPort] = await freePorts(2)
    return new Wrangler(program, cwd, configs, storage, port, inspectorPort)
  }

  /**
   * @param {string} program
   * @param {string} cwd
   * @param {string[]} configs
   * @param {string | undefined} storage
   * @param {number} port
   * @param {number} inspectorPort
   */
  constructor(program, cwd, configs, storage, port, inspectorPort) {
    const { path: state, remove } = temporaryDirectory('worker')
    const ports = ['--port', String(port), '--inspector-port', String(inspectorPort)]
    const args = [program, 'dev', '--ip', '127.0.0.1', ...ports]
    args.push('--persist-to', storage ?? join(state, 'storage'), ...configs.flatMap((config) => ['--config', config]))
    this.port = port
    this.remove = remove
    this.child = spawn(process.execPath, args, {
      cwd,
      detached: true, // a process group, so that stopping it stops workerd as well
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(state),
    })
    this.kill = onExit(() => this.#signal('SIGKILL'))
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (data) => (this.#log = (this.#log + data).slice(-20_000)))
    }
    // Not `close`: what wrangler leaves behind may hold its output open.
    this.end = new Promise((resolve) => this.child.once('error', resolve).once('exit', resolve)).then(() => {
      this.#ended = true
    })
  }

  log = () => this.#log

  /**
   * Nothing is asked before wrangler is ready: its proxy would hold the request back, and may lose it.
   *
   * @param {number} readyMs
   */
  async answers(readyMs) {
    /** @param {boolean} condition */
    const running = (condition) => {
      if (this.#ended) throw new Error('it ended')
      return condition
    }
    await eventually(() => running(/ready on http/i.test(this.#log)), 'it is ready', readyMs)
    const url = `http://127.0.0.1:${this.port}/`
    const ask = () => fetch(url, { signal: AbortSignal.timeout(FIRST_ANSWER) }).catch(() => undefined)
    /** @param {Response | undefined} response */
    const served = (response) => running(response !== undefined && response.status < 500)
    await eventually(async () => served(await ask()), 'the worker answers', FIRST_ANSWER)
  }

  async stop() {
    this.#signal('SIGTERM')
    const timer = setTimeout(this.kill, 5_000)
    await this.end
    clearTimeout(timer)
    this.kill()
    this.remove()
  }

  /** @param {NodeJS.Signals} name */
  #signal(name) {
    const { pid } = this.child
    if (pid === undefined) return // it did not start
    try {
      process.kill(-pid, name)
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error
    }
  }
}
