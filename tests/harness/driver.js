/**
 * A worker written in JavaScript, in front of the Rust classes: calls their objects as any TypeScript worker would.
 *
 * `POST /call` with `{ binding, object, path, args }` calls a method, or reads a property when there are no `args`.
 * `/object/BINDING/NAME/…` passes the request on to an object's `fetch`, upgrades included.
 */

import { DurableObject } from 'cloudflare:workers'

import { decode, encode } from './tagged.mjs'

export * from './index.js'

/** An object without a method: what anybody can do with this one is the platform's doing. */
export class Plain extends DurableObject {}

/** @param {any} namespace @param {{ name?: string, id?: string }} object */
const stubOf = (namespace, { name, id }) => {
  if (id !== undefined) return namespace.get(namespace.idFromString(id))
  return name === undefined ? namespace.get(namespace.newUniqueId()) : namespace.getByName(name)
}

/** Well-known symbols go by their names: `Symbol.dispose`. @param {string} key */
const keyOf = (key) => (key.startsWith('Symbol.') ? Symbol[key.slice('Symbol.'.length)] : key)

/** @param {any} target @param {string[]} path @param {unknown[] | undefined} args */
const follow = (target, path, args) => {
  const keys = path.map(keyOf)
  const last = keys.pop()
  for (const key of keys) target = target[key]
  // `.call` and `.apply` on a stub's property would be remote calls themselves.
  return args === undefined ? target[last] : target[last](...args)
}

/** @param {any} error */
const describe = (error) => {
  if (!(error instanceof Error)) return { class: 'none', name: '', message: '', thrown: encode(error) }
  const own = Object.entries(error).map(([key, value]) => [key, encode(value)])
  return { class: error.constructor.name, name: error.name, message: error.message, own: Object.fromEntries(own) }
}

/** @param {Request} request @param {any} env */
const call = async (request, env) => {
  const { binding, object, path, args } = await request.json()
  const start = Date.now()
  try {
    const stub = stubOf(env[binding], object)
    const value = await follow(stub, path, args === undefined ? undefined : args.map(decode))
    return { value: encode(value), ms: Date.now() - start }
  } catch (error) {
    return { error: describe(error), ms: Date.now() - start }
  }
}

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    if (pathname === '/call') return Response.json(await call(request, env))
    const [, first, binding, name, ...rest] = pathname.split('/')
    if (first !== 'object' || !(binding in env)) return new Response('not found', { status: 404 })
    const url = new URL(`/${rest.join('/')}`, request.url)
    return stubOf(env[binding], { name: decodeURIComponent(name) }).fetch(new Request(url, request))
  },
}
