/** In front of a sync backend: counts how often its objects are constructed, and takes them out of memory. */

import { verbs } from './objects.js'

// Worker and objects share one isolate, so the numbers are asked for without waking an object.
const constructed = new Map()

/** The fate of the sockets of an object that leaves memory. @type {Record<string, string>} */
const SOCKETS = { hibernate: 'hibernate', evict: 'close' }

/** @param {any} Class */
export const counted = (Class) =>
  class extends Class {
    /** @param {any} ctx @param {any} env */
    constructor(ctx, env) {
      super(ctx, env)
      const id = ctx.id.toString()
      constructed.set(id, (constructed.get(id) ?? 0) + 1)
    }
  }

/** Takes an object out of memory, without its sockets; whether it was there. @param {any} stub */
export const evicted = async (stub) => Response.json(await verbs.evict(stub, 'hibernate'))

/**
 * `GET /constructed/STORE` says how often the object of a store was constructed, `POST /hibernate/STORE` takes it out of
 * memory, and `POST /evict/STORE` also cuts off its sockets. Nothing for another request.
 *
 * @param {Request} request
 * @param {any} namespace
 */
export const answer = async (request, namespace) => {
  const [, verb, store] = new URL(request.url).pathname.split('/')
  if (verb !== 'constructed' && !Object.hasOwn(SOCKETS, verb)) return
  const id = namespace.idFromName(decodeURIComponent(store))
  if (verb === 'constructed') return Response.json(constructed.get(id.toString()) ?? 0)
  try {
    return Response.json(await verbs.evict(namespace.get(id), SOCKETS[verb]))
  } catch (error) {
    return new Response(String(error), { status: 500 })
  }
}
