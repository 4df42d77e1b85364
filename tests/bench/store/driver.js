/**
 * In front of either side of the store benchmark. `POST /bench/NAME/METHOD` with an array of arguments calls a method of
 * an object. An object whose name begins with `metered` counts its rows; for the others, nothing is in the way.
 */

import Worker, { StoreObject as Plain } from './index.js'

export * from './index.js'

/** Rows that an object has read and written. */
class Rows {
  #cursors = []
  #read = 0
  #written = 0

  /** @param {any} storage */
  constructor(storage) {
    const { sql } = storage
    const exec = sql.exec.bind(sql)
    sql.exec = (/** @type {any[]} */ ...args) => {
      const cursor = exec(...args)
      this.#cursors.push(cursor)
      return cursor
    }
    const setAlarm = storage.setAlarm.bind(storage)
    storage.setAlarm = (/** @type {any[]} */ ...args) => {
      // It is billed as a row.
      this.#written += 1
      return setAlarm(...args)
    }
  }

  get sums() {
    for (const { rowsRead, rowsWritten } of this.#cursors.splice(0)) {
      this.#read += rowsRead
      this.#written += rowsWritten
    }
    return { read: this.#read, written: this.#written }
  }
}

export class StoreObject extends Plain {
  #rows

  /** @param {any} ctx @param {any} env */
  constructor(ctx, env) {
    const rows = ctx.id.name?.startsWith('metered') ? new Rows(ctx.storage) : undefined
    super(ctx, env)
    this.#rows = rows
  }

  /** The rows since the object was constructed. */
  rows() {
    return this.#rows.sums
  }

  /** Leaves memory. */
  crash() {
    this.ctx.abort('crashed for the benchmark')
  }
}

const POLL = 2

/** @type {Record<string, (stub: any, ...args: any[]) => Promise<unknown>>} */
const VERBS = {
  /** Waits until the object has so many lines. */
  until: async (stub, /** @type {number} */ count) => {
    while ((await stub.count()) < count) await scheduler.wait(POLL)
  },
}

export default class extends Worker {
  /** @param {Request} request */
  async fetch(request) {
    const [, first, name, method] = new URL(request.url).pathname.split('/')
    if (first !== 'bench') return super.fetch(request)
    const args = await request.json()
    const stub = this.env.STORE.getByName(name)
    try {
      const value = await (VERBS[method]?.(stub, ...args) ?? stub[method](...args))
      return Response.json({ value: value ?? null })
    } catch (error) {
      return Response.json({ error: String(error) })
    }
  }
}
