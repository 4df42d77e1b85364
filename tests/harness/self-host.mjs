/** A worker as its operator serves it: the command writes the folder, and the line of the unit starts workerd. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from './cleanup.mjs'
import { BINARY, Server } from './server.mjs'

/** The command `durable-object`. The step builds it. */
export const CLI =
  process.env.DURABLE_OBJECT_CLI ?? fileURLToPath(new URL('../../target/debug/durable-object', import.meta.url))

/** Where the unit expects workerd. */
const INSTALLED = '/usr/local/bin/workerd'

export class SelfHosted extends Server {
  #folder

  /**
   * @param {string[]} args of `durable-object self-host`
   * @param {{ cwd: string, env?: Record<string, string> }} options where it runs, and the secrets
   */
  constructor(args, { cwd, env }) {
    const folder = temporaryDirectory('self-host')
    const [out, data] = ['out', 'data'].map((name) => join(folder.path, name))
    execFileSync(CLI, ['self-host', ...args, '--out', out], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
    mkdirSync(data)
    const [unit] = readdirSync(out).filter((name) => name.endsWith('.service'))
    const [, line] = readFileSync(join(out, unit), 'utf8').match(/^ExecStart=(.*)$/m) ?? []
    const command = line.replace(INSTALLED, BINARY).replaceAll(`%S/${basename(unit, '.service')}`, data)
    super(command.split(' '), { cwd: out, env })
    this.#folder = folder
    this.command = command
    this.out = out
    this.data = data
  }

  /** Starts it, and resolves when the worker has answered. */
  async serve() {
    await this.start()
    await this.answers()
    return this
  }

  /** @param {string} path @param {RequestInit} [init] */
  fetch(path, init) {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(10_000), redirect: 'manual', ...init })
  }

  /** Ends the process and removes its files. */
  async stop() {
    await this.kill()
    this.#folder.remove()
  }
}
