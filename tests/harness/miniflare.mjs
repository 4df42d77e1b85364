/** A worker with a D1 database, which workerd alone does not have: miniflare adds it, as `wrangler dev` does. */

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'

import { temporaryDirectory } from './cleanup.mjs'
import { listModules } from './config.mjs'

const BINDING = 'DB'
/** Where the objects of the first class are kept goes by this, so that classes of other names find them. */
const UNIQUE_KEY = 'stores'

/**
 * Starts a worker with the D1 database `DB`. The first of its classes is the backend's.
 *
 * @param {import('./config.mjs').Worker} worker
 * @param {{ storage?: string }} [options] a fresh temporary storage unless given
 */
export const startWithD1 = async (worker, { storage = temporaryDirectory('d1').path } = {}) => {
  const [backend] = worker.objects
  const objects = worker.objects.map(({ binding, className, sqlite = true }) => {
    const unsafeUniqueKey = className === backend.className ? UNIQUE_KEY : className
    return [binding, { className, useSQLite: sqlite, unsafeUniqueKey }]
  })
  const modules = [
    ...(worker.front ?? []).map((path) => [basename(path), path]),
    ...listModules(worker.dir).map((name) => [name, join(worker.dir, name)]),
  ]
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'main',
      host: '127.0.0.1',
      log: new Log(LogLevel.NONE),
      cf: false,
      rootPath: worker.dir,
      modulesRoot: worker.dir,
      modules: modules.map(([name, path]) => ({
        type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
        path: join(worker.dir, name),
        contents: readFileSync(path),
      })),
      compatibilityDate: worker.compatibilityDate,
      compatibilityFlags: worker.flags,
      d1Databases: [BINDING],
      durableObjects: Object.fromEntries(objects),
      resourcePersistencePath: storage,
    }),
  )
  const { origin, port } = await miniflare.ready
  return new WithD1(miniflare, backend, origin, Number(port))
}

export class WithD1 {
  #miniflare
  #object

  /**
   * @param {Miniflare} miniflare
   * @param {{ binding: string, className: string }} object
   * @param {string} url
   * @param {number} port
   */
  constructor(miniflare, object, url, port) {
    this.#miniflare = miniflare
    this.#object = object
    this.url = url
    this.port = port
  }

  /** The rows of a statement on the database. @param {string} sql @param {unknown[]} values @returns {Promise<any[]>} */
  async query(sql, ...values) {
    const database = await this.#miniflare.getD1Database(BINDING)
    const { results } = await database
      .prepare(sql)
      .bind(...values)
      .all()
    return results
  }

  /** Has a store's object forget everything but what it has stored; its sockets stay. @param {string} storeId */
  hibernate(storeId) {
    const { className } = this.#object
    return this.#miniflare.unsafeEvictDurableObject('main', className, { name: storeId, webSockets: 'hibernate' })
  }

  /** A stub of a store's object. @param {string} storeId @returns {Promise<any>} */
  async object(storeId) {
    const namespace = await this.#miniflare.getDurableObjectNamespace(this.#object.binding)
    return namespace.get(namespace.idFromName(storeId))
  }

  stop() {
    return this.#miniflare.dispose()
  }
}
