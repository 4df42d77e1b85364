/** Rust objects on workerd, called from JavaScript. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import WebSocket from 'ws'

import { temporaryDirectory } from './cleanup.mjs'
import { unsafe } from './config.mjs'
import { VERBS } from './memory.mjs'
import { rustWorker } from './rust.mjs'
import { decode, encode } from './tagged.mjs'
import { LIMIT, within } from './wait.mjs'
import { startWorkerd } from './workerd.mjs'

/** An object that has something to do is waited for, half a minute at most. */
const VERB_LIMIT = 35_000

const CLASSES = [
  ...['Account', 'Alarming', 'Bystander', 'Caller', 'Configured', 'Counter', 'Crashing', 'Echo', 'Faceted', 'Flow'],
  ...[
    'Lobby',
    'Metered',
    'Misconfigured',
    'Mortal',
    'Notes',
    'Pairs',
    'Room',
    'Scheduling',
    'Stillborn',
    'Tables',
    'Values',
  ],
  ...['Ticking', 'Unread', 'Versions', 'Waking'],
]

/** The bindings that `Configured` asks for. No service stands behind them. */
const BINDINGS = {
  CACHE: 'kvNamespace = "internet"',
  BUCKET: 'r2Bucket = "internet"',
  DATABASE:
    'wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "internet")])',
  EVENTS: 'queue = "internet"',
  PEER: 'service = "main"',
  GREETING: 'text = "Good day"',
  LIMITS: String.raw`json = "{\"per_minute\": 60, \"names\": [\"a\", \"b\"]}"`,
  FACTOR: 'json = "0.5"',
  apiKey: 'text = "hunter2"',
  NICKNAME: 'text = "Ada"',
}

/** @typedef {{ class: string, name: string, message: string, own: Record<string, any>, ms: number }} Failure */

/**
 * Starts workerd with the test worker's objects and the driver in front of them.
 *
 * @param {Partial<import('./config.mjs').Worker>} [overrides]
 */
export const startObjects = async (overrides = {}) => {
  const worker = rustWorker('test-worker', {
    objects: [
      ...['Plain', 'Scripted', ...CLASSES].map((className) => ({ binding: className.toUpperCase(), className })),
      { binding: 'LEGACY', className: 'Legacy', sqlite: false },
    ],
    bindings: BINDINGS,
    front: [
      ...['driver.js', 'tagged.mjs'].map((name) => fileURLToPath(new URL(name, import.meta.url))),
      VERBS,
      tested(),
    ],
    ...overrides,
  })
  return new Objects(await startWorkerd(unsafe(worker)))
}

/** A module with the Rust classes as tests have them. */
const tested = () => {
  const path = join(temporaryDirectory('tested').path, 'tested.js')
  const lines = CLASSES.map((name) => `export const ${name} = tested('${name}', rust.${name})\n`)
  const imports = [
    "import * as rust from './index.js'",
    "import { tested } from './objects.js'",
    "export * from './index.js'",
  ]
  writeFileSync(path, `${imports.join('\n')}\n${lines.join('')}`)
  return path
}

/** @typedef {'worker' | 'object'} Via who calls: a worker or an object written in JavaScript */

let names = 0

/** A name no other object has. @param {string} [prefix] */
export const freshName = (prefix = 'object') => `${prefix} ${names++}`

export class Objects {
  /** @param {import('./workerd.mjs').Workerd} server */
  constructor(server) {
    this.server = server
  }

  /** @param {string} className @param {string} [name] @param {Via} [via] */
  named(className, name = freshName(), via = 'worker') {
    return new RemoteObject(this.server, className.toUpperCase(), name, via)
  }

  /** Returns the answer of the worker that is written in Rust. @param {string} path */
  async rust(path) {
    const response = await fetch(`${this.server.url}/rust${path}`, { signal: AbortSignal.timeout(LIMIT) })
    if (!response.ok) throw new Error(`the Rust worker answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  /** How many bytes were read of endless streams, which the driver makes as arguments. */
  async pulled() {
    const response = await fetch(`${this.server.url}/pulled`, { signal: AbortSignal.timeout(LIMIT) })
    return response.json()
  }

  /** Takes all objects out of memory, with what is within them. Their sockets stay. */
  async hibernateAll() {
    await verb(this.server, { verb: 'evictAll', args: ['hibernate'] })
  }

  stop() {
    return this.server.stop()
  }
}

/** Has the driver do something that no caller of an object can. @param {{ url: string }} server @param {unknown} body */
const verb = async (server, body) => {
  const init = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(VERB_LIMIT) }
  const { value, error } = await (await fetch(`${server.url}/verb`, init)).json()
  if (error !== undefined) throw new Error(error)
  return value
}

export class RemoteObject {
  #server

  /**
   * @param {{ url: string }} server
   * @param {string} binding
   * @param {string} name
   * @param {Via} via
   */
  constructor(server, binding, name, via) {
    this.via = via
    this.#server = server
    this.binding = binding
    this.name = name
  }

  /** Returns the answer of a method; fails with a `RemoteFailure`. @param {string} method @param {...unknown} args */
  async call(method, ...args) {
    const { value, error, ms } = await this.#post([method], args)
    if (error) throw new RemoteFailure({ ...error, ms })
    return decode(value)
  }

  /** The error of a call that has to fail. @param {string} method @param {...unknown} args @returns {Promise<Failure>} */
  async failure(method, ...args) {
    const { value, error, ms } = await this.#post([method], args)
    if (error) return { ...error, ms }
    throw new Error(`${method} of ${this.binding} should have failed, but gave ${JSON.stringify(value)}`)
  }

  /**
   * Follows a path of properties, and calls its end if there are arguments. Returns the outcome, encoded.
   *
   * @param {string[]} path
   * @param {unknown[]} [args]
   * @returns {Promise<{ value?: any, error?: any }>}
   */
  async outcome(path, args) {
    const { ms: _, ...outcome } = await this.#post(path, args)
    return outcome
  }

  /** Takes the object out of memory, where it has to be; its sockets stay. */
  async hibernate() {
    if (!(await this.#verb('evict', 'hibernate'))) throw new Error(`${this.name} is not in memory`)
  }

  /** Has the object's alarm go off now; whether one was set. @returns {Promise<boolean>} */
  runAlarm() {
    return this.#verb('runAlarm')
  }

  /** @param {string} name @param {...unknown} args */
  #verb(name, ...args) {
    return verb(this.#server, { verb: name, binding: this.binding, object: { name: this.name }, args })
  }

  /** @param {string} [path] @param {RequestInit} [init] */
  fetch(path = '/', init = {}) {
    return fetch(this.#path(path), { signal: AbortSignal.timeout(LIMIT), ...init })
  }

  /** A socket to the object. @param {string} [path] @param {string[]} [protocols] */
  connect(path = '/', protocols = []) {
    return ObjectSocket.open(this.#path(path).replace('http', 'ws'), protocols)
  }

  /** @param {string} path */
  #path(path) {
    return `${this.#server.url}/object/${this.binding}/${encodeURIComponent(this.name)}${path}`
  }

  /** @param {string[]} path @param {unknown[]} [args] @returns {Promise<{ value?: any, error?: any, ms: number }>} */
  async #post(path, args) {
    const response = await fetch(`${this.#server.url}/call`, {
      method: 'POST',
      body: JSON.stringify({
        binding: this.binding,
        object: { name: this.name },
        via: this.via,
        path,
        args: args?.map(encode),
      }),
      signal: AbortSignal.timeout(LIMIT),
    })
    if (!response.ok) throw new Error(`the driver answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
}

/** An error as the calling worker saw it. */
export class RemoteFailure extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(`${failure.name}: ${failure.message}`)
    this.name = 'RemoteFailure'
    this.failure = failure
  }
}

/**
 * A WebSocket whose messages wait until somebody asks for them. Node's own takes a connection for broken when the last
 * bytes and the end of the stream arrive together, so this is another.
 */
export class ObjectSocket {
  /** @type {(string | ArrayBuffer)[]} */
  #messages = []
  /** @type {(() => void) | undefined} */
  #wake
  /** @type {{ code: number, reason: string, wasClean: boolean } | undefined} */
  #closed

  /** The headers of the response to the upgrade. @type {import('node:http').IncomingHttpHeaders} */
  headers = {}

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket
    socket.on('upgrade', ({ headers }) => (this.headers = headers))
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => {
      // Nothing else comes with this binary type.
      this.#messages.push(/** @type {string | ArrayBuffer} */ (data))
      this.#wake?.()
    }
    socket.onclose = ({ code, reason, wasClean }) => {
      this.#closed = { code, reason, wasClean }
      this.#wake?.()
    }
  }

  /** @param {string} url @param {string[]} [protocols] */
  static async open(url, protocols = []) {
    const socket = new ObjectSocket(new WebSocket(url, protocols))
    const opened = new Promise((resolve, reject) => {
      socket.socket.onopen = resolve
      socket.socket.onerror = ({ message }) => reject(new Error(`the socket to ${url} does not open: ${message}`))
    })
    await within(opened, 'the socket opens')
    return socket
  }

  /** @param {string | Uint8Array} message */
  send(message) {
    this.socket.send(/** @type {any} */ (message))
  }

  /** The next message. */
  async next() {
    await this.#until(() => this.#messages.length > 0 || this.#closed, 'a message arrives')
    if (this.#messages.length === 0) throw new Error(`the socket was closed: ${JSON.stringify(this.#closed)}`)
    return this.#messages.shift()
  }

  /** The answer to a message. @param {string | Uint8Array} message */
  ask(message) {
    this.send(message)
    return this.next()
  }

  /** How the socket was closed, by whichever side. */
  async closed() {
    return this.#until(() => this.#closed, 'the socket closes')
  }

  /** Closes the socket, and resolves when the other side has. @param {number} [code] @param {string} [reason] */
  close(code, reason) {
    this.socket.close(code, reason)
    return this.closed()
  }

  /**
   * Returns the result of `probe`, as soon as there is one.
   *
   * @template T
   * @param {() => T} probe
   * @param {string} what
   */
  async #until(probe, what) {
    for (;;) {
      const found = probe()
      if (found) return found
      await within(new Promise((resolve) => (this.#wake = () => resolve(undefined))), what)
    }
  }
}
