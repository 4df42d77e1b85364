/** In front of the objects of `client-object.js`: an object that begins as LiveStore's own store, and becomes ours. */

import { Events, makeSchema, Schema, State } from '@livestore/livestore'
import { DurableObject } from 'cloudflare:workers'

import { StoreObject } from './client-object.js'
import { TodoClient } from './index.js'
import { events as synced, materializers, todos } from './schema.mjs'

export * from './client-object.js'
export { default } from './client-object.js'

const notes = State.SQLite.table({
  name: 'notes',
  columns: { text: State.SQLite.text({ primaryKey: true }) },
})

const events = {
  ...synced,
  touched: Events.synced({ name: 'v1.Touched', schema: Schema.Void }),
  noted: Events.clientOnly({ name: 'v1.Noted', schema: Schema.Struct({ text: Schema.String }) }),
}

const more = State.SQLite.materializers(
  { touched: events.touched, noted: events.noted },
  { 'v1.Touched': () => [], 'v1.Noted': ({ text }) => notes.insert({ text }) },
)

const state = State.SQLite.makeState({ tables: { todos, notes }, materializers: { ...materializers, ...more } })
const schema = makeSchema({ events, state })

/** @param {any} Class @param {string} other the implementation that the object has after a move */
const moving = (Class, other) =>
  class extends Class {
    /** Becomes the other implementation. */
    async move() {
      this.ctx.storage.kv.put('implementation', other)
      await this.ctx.storage.sync()
      this.ctx.abort('moved for a test')
    }

    /** What the object has stored under a key. @param {string} key */
    value(key) {
      return this.ctx.storage.kv.get(key)
    }

    /** The rows of a statement. @param {string} statement @param {unknown[]} values */
    rows(statement, ...values) {
      return this.ctx.storage.sql.exec(statement, ...values).toArray()
    }
  }

/** LiveStore's own store. Those whose name begins with `live` are called by the backend. */
class Official extends StoreObject {
  binding = 'TODO_CLIENT'
  schema = schema
  isLive = this.ctx.id.name.startsWith('live')

  /** An event whose arguments are `undefined`. */
  async touch() {
    const store = await this.store()
    store.commit(events.touched())
  }

  /** An event that stays here. @param {string} text */
  async note(text) {
    const store = await this.store()
    store.commit(events.noted({ text }))
  }

  /** @param {number} wait */
  async setAlarm(wait) {
    await this.ctx.storage.setAlarm(Date.now() + wait)
  }

  alarm() {}
}

const implementations = { official: moving(Official, 'ours'), ours: moving(TodoClient, 'official') }

export class Moving extends DurableObject {
  /** @param {any} ctx @param {any} env */
  constructor(ctx, env) {
    super(ctx, env)
    return new implementations[ctx.storage.kv.get('implementation') ?? 'official'](ctx, env)
  }
}
