/** A real `workerd serve` of one worker: start, stop, kill and restart it on the same storage and port. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { onExit, temporaryDirectory } from './cleanup.mjs'
import { isUnsafe, writeConfig } from './config.mjs'
import { eventually, within } from './wait.mjs'

/** @typedef {import('./config.mjs').Worker} Worker */

/** The native program, not the package's launcher: signals have to reach workerd itself. */
const BINARY = /** @type {string} */ (createRequire(import.meta.url)('workerd').default)
const LOG_LIMIT = 256 * 1024
const START_LIMIT = 20_000
const STOP_LIMIT = 5_000

/**
 * @param {Worker} worker
 * @param {{ storage?: string, port?: number }} [options] a fresh temporary storage and a free port unless given
 */
export const startWorkerd = async (worker, options = {}) => {
  const server = new Workerd(worker, options)
  try {
    await server.start()
    await server.answers()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

export class Workerd {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  #port
  #folder
  #config
  #options
  #log = ''
  #release = () => {}

  /**
   * @param {Worker} worker
   * @param {{ storage?: string, port?: number }} [options]
   */
  constructor(worker, options = {}) {
    this.#port = options.port ?? 0
    this.#folder = temporaryDirectory('workerd')
    this.storage = options.storage ?? join(this.#folder.path, 'storage')
    this.#config = writeConfig(this.#folder.path, worker, this.storage)
    this.#options = isUnsafe(worker) ? ['--experimental'] : []
  }

  get port() {
    return this.#port
  }

  /** Of the process, which has to be running. */
  get pid() {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error('workerd is not running')
    return pid
  }

  get running() {
    return this.#child !== undefined
  }

  /** Base URL; sync clients take it with either scheme. */
  get url() {
    return `http://127.0.0.1:${this.#port}`
  }

  /** The last output of all processes so far. */
  get log() {
    return this.#log
  }

  /** Starts the process and resolves as soon as it listens. */
  async start() {
    if (this.#child) throw new Error('workerd is running already')
    const address = `--socket-addr=http=127.0.0.1:${this.#port}`
    const args = ['serve', ...this.#options, this.#config, address, '--control-fd=3']
    const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    this.#child = child
    this.#release = onExit(() => child.kill('SIGKILL'))
    child.once('exit', () => this.#gone(child))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => this.#append(data))
    this.#port = await within(this.#listening(child), () => `workerd starts\n${this.#log}`, START_LIMIT)
  }

  /** Resolves when the worker has answered a request, with whatever status. */
  async answers() {
    await eventually(
      () => responds(this.url),
      () => `workerd answers\n${this.#log}`,
      START_LIMIT,
    )
  }

  /** Ends the process and removes its temporary files. */
  async stop() {
    await this.kill()
    this.#folder.remove()
  }

  /** SIGKILL: no chance to write anything more. An orderly end would wait for open sockets. */
  async kill() {
    const child = this.#child
    if (!child) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await within(exited, 'workerd is killed', STOP_LIMIT)
  }

  /** A new process on the same storage and port. */
  async restart() {
    await this.kill()
    await this.start()
    await this.answers()
  }

  /** @param {import('node:child_process').ChildProcess} child */
  #gone(child) {
    if (this.#child === child) this.#child = undefined
    this.#release()
  }

  /** @param {Buffer} data */
  #append(data) {
    this.#log = (this.#log + data).slice(-LOG_LIMIT)
  }

  /**
   * workerd reports its port on the control pipe, one JSON object a line.
   *
   * @param {import('node:child_process').ChildProcess} child
   * @returns {Promise<number>}
   */
  #listening(child) {
    return new Promise((resolve, reject) => {
      let text = ''
      const control = /** @type {import('node:stream').Readable} */ (child.stdio[3])
      control.on('data', (data) => {
        text += data
        for (const line of text.split('\n').slice(0, -1)) {
          const message = JSON.parse(line)
          if (message.event === 'listen') resolve(message.port)
        }
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`workerd ended (${code ?? signal})\n${this.#log}`)))
    })
  }
}

/** @param {string} url @returns {Promise<boolean>} */
const responds = (url) =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume()
      resolve(true)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(false))
  })
