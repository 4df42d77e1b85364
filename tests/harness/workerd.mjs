/** A real `workerd serve` of one worker: start, stop, kill and restart it on the same storage and port. */

import { join } from 'node:path'

import { temporaryDirectory } from './cleanup.mjs'
import { isUnsafe, writeConfig } from './config.mjs'
import { BINARY, Server } from './server.mjs'

/** @typedef {import('./config.mjs').Worker} Worker */

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

export class Workerd extends Server {
  #folder

  /**
   * @param {Worker} worker
   * @param {{ storage?: string, port?: number }} [options]
   */
  constructor(worker, options = {}) {
    const folder = temporaryDirectory('workerd')
    const storage = options.storage ?? join(folder.path, 'storage')
    const experimental = isUnsafe(worker) ? ['--experimental'] : []
    super([BINARY, 'serve', ...experimental, writeConfig(folder.path, worker, storage)], options)
    this.#folder = folder
    this.storage = storage
  }

  /** Ends the process and removes its temporary files. */
  async stop() {
    await this.kill()
    this.#folder.remove()
  }
}
