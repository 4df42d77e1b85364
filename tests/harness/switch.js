/**
 * In front of two builds of a worker: the classes of one of them, and of the other after `POST /version/now` or `next`. An
 * object has the code of the version that is set when it starts. `POST /verb` does to an object what no caller can.
 */

import { DurableObject } from 'cloudflare:workers'

import * as next from './next/index.js'
import * as now from './now/index.js'
import { tested, verbs } from './objects.js'

const builds = { now, next }
let version = 'now'

/** @param {string} name */
const switching = (name) => {
  const classes = { now: tested(name, builds.now[name]), next: tested(name, builds.next[name]) }
  return class extends DurableObject {
    /** @param {any} ctx @param {any} env */
    constructor(ctx, env) {
      super(ctx, env)
      return new classes[version](ctx, env)
    }
  }
}

export const Ledger = switching('Ledger')
export const Shop = switching('Shop')

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const [, verb, word, name] = new URL(request.url).pathname.split('/')
    if (verb === 'version') {
      version = word
      return new Response()
    }
    if (verb === 'socket') return env.OWN.getByName(word).fetch(request)
    const stub = env[word].getByName(name)
    try {
      const args = await request.json()
      const value = verb === 'call' ? await stub[args[0]](...args.slice(1)) : await verbs[verb](stub, ...args)
      return Response.json({ value: value ?? null })
    } catch (error) {
      return Response.json({ error: `${error.name}: ${error.message}` })
    }
  },
}
