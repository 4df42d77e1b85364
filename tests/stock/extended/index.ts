/**
 * A worker whose entry is TypeScript: it exports a Rust class as it is, and another one extended. The other objects
 * that it calls are its own.
 */

import Rust, { Counter, Crashing } from '../my-counter/build/index.js'

export { Counter }

export class Extended extends Crashing {
  #fields: string[]

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    this.#fields = Object.keys(this)
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS extras (text TEXT)')
  }

  /** A method of its own, with storage that it shares with the Rust code. */
  extra(text: string) {
    this.ctx.storage.sql.exec('INSERT INTO extras VALUES (?)', text)
    const [{ count }] = this.ctx.storage.sql.exec('SELECT count(*) AS count FROM extras')
    return { fields: this.#fields, count, counter: typeof this.env.COUNTER.getByName }
  }

  /** Over a method that Rust has. */
  async calls() {
    return `over ${await super.calls()}`
  }
}

export default {
  async fetch(request: Request, env: any, ctx: ExecutionContext) {
    if (new URL(request.url).pathname !== '/call') return new Rust(ctx, env).fetch(request)
    const { binding, name, method, args } = await request.json()
    try {
      return Response.json({ value: await env[binding].getByName(name)[method](...args) })
    } catch (error) {
      return Response.json({ error: { name: error.name, message: error.message } })
    }
  },
}
