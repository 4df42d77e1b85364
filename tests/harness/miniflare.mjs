/** A worker with a D1 database, which workerd alone does not have: miniflare adds it, as `wrangler dev` does. */

import { join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'

import { temporaryDirectory } from './cleanup.mjs'
import { listModules } from './config.mjs'

/** The database's binding. */
export const DATABASE = 'DB'

/**
 * @param {import('./config.mjs').Worker} worker
 * @param {{ storage?: string }} [options] a fresh temporary storage unless given
 */
export const startWithD1 = async (worker, { storage = temporaryDirectory('d1').path } = {}) => {
  const objects = worker.objects.map(({ binding, className }) => [binding, { className, useSQLite: true }])
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    host: '127.0.0.1',
    log: new Log(LogLevel.ERROR),
    rootPath: worker.dir,
    modulesRoot: worker.dir,
    modules: listModules(worker.dir).map((name) => ({
      type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
      path: join(worker.dir, name),
    })),
    compatibilityDate: worker.compatibilityDate,
    compatibilityFlags: worker.flags,
    cf: false,
    bindings: worker.text,
    d1Databases: [DATABASE],
    d1Persist: join(storage, 'd1'),
    durableObjects: Object.fromEntries(objects),
    durableObjectsPersist: join(storage, 'objects'),
  }))
  const { origin: url, port } = await miniflare.ready
  const database = await miniflare.getD1Database(DATABASE)
  return new WithD1(miniflare, url, Number(port), database)
}

export class WithD1 {
  #miniflare
  #database

  /**
   * @param {Miniflare} miniflare
   * @param {string} url
   * @param {number} port
   * @param {any} database
   */
  constructor(miniflare, url, port, database) {
    this.#miniflare = miniflare
    this.#database = database
    this.url = url
    this.port = port
  }

  /** The rows of a statement on the database. @param {string} sql @param {unknown[]} values @returns {Promise<any[]>} */
  async query(sql, ...values) {
    const { results } = await this.#database.prepare(sql).bind(...values).all()
    return results
  }

  stop() {
    return this.#miniflare.dispose()
  }
}
