/**
 * A worker written in JavaScript, in front of the Rust classes: calls their objects as any TypeScript worker would.
 *
 * `POST /call` with `{ binding, object, path, args }` calls a method, or reads a property when there are no `args`.
 * With `via: 'object'` an object written in JavaScript makes the call. `/object/BINDING/NAME/…` passes the request on
 * to an object's `fetch`, upgrades included; `/rust/…` goes to the worker written in Rust. `/pulled` is how many
 * bytes were read of endless streams. `POST /verb` with `{ verb, binding, object, args }` does to an object what no caller
 * can.
 */

import { DurableObject } from 'cloudflare:workers'

import { decode, encode, pulled } from './tagged.mjs'

import RustWorker, { Account, Counter, Echo } from './index.js'
import { verbs } from './objects.js'

export * from './tested.js'

/** An object without a method: what anybody can do with this one is the platform's doing. */
export class Plain extends DurableObject {}

const THROWN = {
  range: () => Object.assign(new RangeError('too far'), { code: 'E_FAR', status: 416, detail: { by: [1, 2] } }),
  custom: () => Object.assign(new Error('my own'), { name: 'CustomError', status: 1 }),
  cause: () => new Error('outer', { cause: new TypeError('inner') }),
  text: () => 'only text',
  object: () => ({ message: 'no error at all', status: 2 }),
  nothing: () => undefined,
  circle: () => {
    const circle = []
    circle.push(circle)
    return circle
  },
  map: () => new Map([[1, 2]]),
  abort: () => new DOMException('gone', 'AbortError'),
}

const refuse = () => {
  throw new Error('never look at me')
}

/** Errors that throw when somebody looks at them. */
const HOSTILE = [
  new Proxy({}, { get: refuse, getPrototypeOf: refuse, ownKeys: refuse }),
  new Proxy(new Error('mine'), { ownKeys: refuse }),
  Object.defineProperty(new Error(), 'message', { get: refuse }),
  Object.defineProperty(new Error(), 'stack', { get: refuse }),
  Object.defineProperty(() => {}, 'name', { get: refuse }),
  Object.defineProperty({}, Symbol.toStringTag, { get: refuse }),
]

/** The names of an object's own and inherited members. @param {object} object */
const membersOf = (object) => {
  const names = new Set()
  for (let part = object; part !== Object.prototype; part = Object.getPrototypeOf(part)) {
    for (const name of Object.getOwnPropertyNames(part)) names.add(name)
  }
  names.delete('constructor')
  return [...names]
}

/** The JavaScript side of Rust objects: it calls them, and throws errors at them. */
export class Scripted extends DurableObject {
  #calls = 0

  /** @param {any} body */
  call(body) {
    return call(body, this.env)
  }

  /** @param {keyof typeof THROWN} kind */
  throw(kind) {
    throw THROWN[kind]()
  }

  /** Has a binding fail, as `Account.failIn` does. @param {string} binding */
  async failIn(binding) {
    const found = this.env[binding]
    if (binding === 'BUCKET') await found.get('x')
    else if (binding === 'CACHE') await found.get('x'.repeat(600))
    else if (binding === 'DATABASE') await found.prepare('SELECT nothing').run()
    else await found.fetch('nonsense')
  }

  /** @param {number} times @param {string} flag */
  failFirst(times, flag) {
    this.#calls += 1
    if (this.#calls <= times) throw Object.assign(new Error(`failure ${this.#calls}`), { [flag]: true })
    return this.#calls
  }

  /** @param {number} times @param {string} flag */
  failOnce(times, flag) {
    return this.failFirst(times, flag)
  }

  get calls() {
    return this.#calls
  }

  /** Returns the errors of Rust's constructors that are called by hand. */
  construct() {
    const made = (Class, ...args) => {
      try {
        return typeof new Class(...args)
      } catch (error) {
        return `${error.name}: ${error.message}`
      }
    }
    const { ctx, env } = this
    return [
      made(Counter),
      made(Counter, {}, env),
      made(Counter, ctx, env),
      made(Echo, ctx, env),
      made(Counter, ctx, env),
    ]
  }

  /** Returns Rust's report of errors that throw when their properties are read. */
  async throwHostile() {
    const account = new Account(this.ctx, this.env)
    const caught = (error) => `${error.name}: ${error.message}`
    return Promise.all(HOSTILE.map((error) => account.callBack(() => Promise.reject(error)).catch(caught)))
  }

  /** Has every object inherit a property, as some libraries do; of nothing, no more. @param {string} name @param {unknown} value */
  inherit(name, value) {
    if (value === undefined) delete Object.prototype[name]
    else Object.prototype[name] = value
  }

  /** Returns the members of the platform's classes. */
  async members() {
    const { facets, storage, id } = this.ctx
    const found = {
      DurableObjectState: this.ctx,
      DurableObjectFacets: facets,
      DurableObjectStorage: storage,
      SqlStorage: storage.sql,
      SqlStorageCursor: storage.sql.exec('SELECT 1'),
      SyncKvStorage: storage.kv,
      DurableObjectNamespace: this.env.PLAIN,
      DurableObjectId: id,
      DurableObjectStub: this.env.PLAIN.getByName('any'),
      WebSocket: new WebSocketPair()[0],
      WebSocketRequestResponsePair: new WebSocketRequestResponsePair('', ''),
    }
    await storage.transaction((transaction) => {
      found.DurableObjectTransaction = transaction
    })
    return Object.fromEntries(Object.entries(found).map(([name, object]) => [name, membersOf(object)]))
  }
}

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

/** @param {any} body @param {any} env */
const call = async ({ binding, object, path, args }, env) => {
  const start = Date.now()
  try {
    const stub = stubOf(env[binding], object)
    const value = await follow(stub, path, args === undefined ? undefined : args.map(decode))
    return { value: encode(value instanceof ReadableStream ? await collect(value) : value), ms: Date.now() - start }
  } catch (error) {
    return { error: describe(error), ms: Date.now() - start }
  }
}

/** All that a stream has to give, as text. @param {ReadableStream} stream */
const collect = async (stream) => ({ stream: await new Response(stream).text() })

/** @param {any} body @param {any} env */
const perform = async ({ verb, binding, object, args }, env) => {
  try {
    const stub = binding === undefined ? [] : [stubOf(env[binding], object)]
    return { value: await verbs[verb](...stub, ...args) }
  } catch (error) {
    return { error: String(error) }
  }
}

export default {
  /** @param {Request} request @param {any} env @param {any} ctx */
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/rust/')) return new RustWorker(ctx, env).fetch(request)
    if (pathname === '/pulled') return Response.json(pulled)
    if (pathname === '/call') {
      const { via, ...body } = await request.json()
      const caller = via === 'object' ? env.SCRIPTED.getByName('caller') : { call: () => call(body, env) }
      return Response.json(await caller.call(body))
    }
    if (pathname === '/verb') return Response.json(await perform(await request.json(), env))
    const [, first, binding, name, ...rest] = pathname.split('/')
    if (first !== 'object' || !(binding in env)) return new Response('not found', { status: 404 })
    const url = new URL(`/${rest.join('/')}`, request.url)
    return stubOf(env[binding], { name: decodeURIComponent(name) }).fetch(new Request(url, request))
  },
}
