/** A process of workerd: start, end and restart it, always on the same port. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { createRequire } from 'node:module'

import { onExit } from './cleanup.mjs'
import { eventually, within } from './wait.mjs'

/** The native program, not the package's launcher: signals have to reach workerd itself. */
export const BINARY = /** @type {string} */ (createRequire(import.meta.url)('workerd').default)

const LOG_LIMIT = 256 * 1024
const START_LIMIT = 20_000
const STOP_LIMIT = 5_000

export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child
  #command
  #options
  #port
  #log = ''
  #release = () => {}

  /**
   * @param {string[]} command a `workerd serve` with its arguments, but for the address
   * @param {{ port?: number, cwd?: string, env?: Record<string, string> }} [options] a free port unless given, and
   *   variables in addition to those of this process
   */
  constructor(command, options = {}) {
    this.#command = command
    this.#options = options
    this.#port = options.port ?? 0
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
    const [program, ...args] = [...this.#command, address, '--control-fd=3']
    const { cwd, env } = this.#options
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
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

  /** SIGKILL: no chance to write anything more. An orderly end would wait for running requests. */
  async kill() {
    await this.#end('SIGKILL')
  }

  /** SIGTERM: an orderly end. @returns the exit code */
  async terminate() {
    const [code] = (await this.#end('SIGTERM')) ?? []
    return code
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child
    if (!child) return
    const exited = once(child, 'exit')
    child.kill(signal)
    return within(exited, () => `workerd ends after ${signal}\n${this.#log}`, STOP_LIMIT)
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
