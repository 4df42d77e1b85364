/**
 * The other side of the RPC benchmark, and the worker that calls both: `?object=NAME&call=NAME&count=N&flight=N` makes
 * that many calls within one request, so that what is measured is not HTTP.
 */

import { DurableObject } from 'cloudflare:workers'

export * from './index.js'

export class InJavaScript extends DurableObject {
  #total = 0

  /** @param {DurableObjectState} ctx @param {unknown} env */
  constructor(ctx, env) {
    super(ctx, env)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)')
    ctx.storage.sql.exec('INSERT OR IGNORE INTO n VALUES (1, 0)')
  }

  /** @param {number} by */
  async increment(by) {
    this.#total += by
    return this.#total
  }

  /** @param {unknown[]} todos */
  async todos(todos) {
    return todos
  }

  /** @param {Uint8Array} bytes */
  async bytes(bytes) {
    return bytes
  }

  /** @param {number} by */
  async update(by) {
    return this.ctx.storage.sql.exec('UPDATE n SET v = v + ?1 WHERE id = 1 RETURNING v', by).one().v
  }

  async fetch() {
    return new Response('ok')
  }
}

const TODOS = Array.from({ length: 20 }, (_, id) => ({
  id,
  title: `Remember to water the plants on balcony ${id}`,
  done: id % 2 === 0,
  tags: ['home', 'garden'],
  score: id / 3,
}))
const BYTES = new Uint8Array(65_536).map((_, index) => index)

/** Each checks its answer, because a call that fails fast is not a fast call. @type {Record<string, (stub: any) => Promise<boolean>>} */
const CALLS = {
  increment: async (stub) => (await stub.increment(1)) > 0,
  todos: async (stub) => (await stub.todos(TODOS)).length === TODOS.length,
  bytes: async (stub) => (await stub.bytes(BYTES)).length === BYTES.length,
  update: async (stub) => (await stub.update(1)) > 0,
  fetch: async (stub) => (await (await stub.fetch('http://object/')).text()) === 'ok',
}

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const { searchParams } = new URL(request.url)
    const object = searchParams.get('object')
    if (!object) return new Response('name an object', { status: 400 })
    const call = CALLS[searchParams.get('call') ?? '']
    const stub = env[object].getByName('bench')
    let left = Number(searchParams.get('count'))
    const caller = async () => {
      while (left-- > 0) if (!(await call(stub))) throw new Error('a wrong answer')
    }
    await Promise.all(Array.from({ length: Number(searchParams.get('flight')) }, caller))
    return new Response('done')
  },
}
