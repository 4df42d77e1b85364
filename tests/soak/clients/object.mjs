/** Clients that are durable objects: LiveStore's own store in one, and one that speaks the protocol over RPC itself. */

import { ClientObject, RpcClient, eventsOf } from '../../harness/client-objects.mjs'
import { cursorAt, none, some } from '../../harness/socket.mjs'
import { newTodo } from '../ledger.mjs'
import { isLate, randomBatch } from './writer.mjs'

/** @typedef {import('../world.mjs').Store} Store */

const BETWEEN_COMMITS = 5_000
const BETWEEN_PUSHES = 2_500

/** LiveStore's store. */
export class StoreObject {
  /** @type {string[]} */
  committed = []

  /** @param {Store} store @param {string} name */
  constructor(store, name) {
    this.store = store
    this.name = name
    this.object = new ClientObject(store.world.server, 'STORE_OBJECT', name)
  }

  async commit() {
    const { world, id: storeId } = this.store
    let opened = false
    while (world.running) {
      await world.idle(BETWEEN_COMMITS)
      try {
        if (!opened) await this.object.call('open', storeId)
        opened = true
        const { id, text } = newTodo(this.name, 40)
        await this.object.call('create', id, text)
        this.committed.push(id)
        world.count('commits of stores in objects')
      } catch (error) {
        this.store.failed(`${this.name}: ${error}`)
      }
    }
  }
}

/** @param {Store} store @param {string} author */
export const call = async (store, author) => {
  const { world } = store
  const client = new RpcClient(world.server, store.id, author)
  /** @type {import('./session.mjs').Place | undefined} */
  let place
  while (world.running) {
    await world.idle(BETWEEN_PUSHES)
    try {
      place = await pull(store, client, place)
      if (place) await push(store, client, place, author)
    } catch (error) {
      store.failed(`${author}: ${error}`)
    }
  }
}

/** @param {Store} store @param {RpcClient} client @param {import('./session.mjs').Place} [from] */
const pull = async (store, client, from) => {
  const messages = await client.pull({ cursor: from ? cursorAt(from.seqNum, from.backendId) : none })
  const { exit } = messages.at(-1)
  if (exit?._tag !== 'Success') {
    store.failed(`a pull over RPC failed: ${JSON.stringify(exit).slice(0, 300)}`)
    return
  }
  const [{ backendId }] = messages.find(({ _tag }) => _tag === 'Chunk').values
  const reader = store.ledger.history(backendId).reader(from?.seqNum)
  reader.take(eventsOf(messages))
  return { backendId, seqNum: reader.seen }
}

/** @param {Store} store @param {RpcClient} client @param {import('./session.mjs').Place} place @param {string} author */
const push = async (store, client, { backendId, seqNum }, author) => {
  const batch = randomBatch(store, seqNum, author)
  const begun = performance.now()
  const exit = await client.push(batch, some(backendId))
  if (exit._tag === 'Success') {
    store.world.took('push over RPC', performance.now() - begun)
    store.world.events += batch.length
    return store.ledger.history(backendId).acknowledge(batch)
  }
  if (isLate(exit)) store.world.count('pushes that came too late')
  else store.failed(`${author}: a push over RPC failed: ${JSON.stringify(exit).slice(0, 300)}`)
}
