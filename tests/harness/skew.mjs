/**
 * Two versions of a worker in one workerd: each calls its own objects and those of the other, as while a deployment rolls
 * out; and objects that go on with the other version's code when they start again.
 */

import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import WebSocket from 'ws'

import { listModules, unsafe } from './config.mjs'
import { VERBS } from './memory.mjs'
import { rustWorker } from './rust.mjs'
import { within } from './wait.mjs'

/** @typedef {'now' | 'next'} Version */
/** @typedef {{ type: 'ESModule' | 'CompiledWasm', path: string, contents: Buffer }} Module */

const builds = { now: rustWorker('skew-now'), next: rustWorker('skew-next') }

/** @param {string} dir @param {string} [folder] where the modules are to be @returns {Module[]} */
const modulesOf = (dir, folder = '') =>
  listModules(dir).map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: join('/', folder, name),
    contents: readFileSync(join(dir, name)),
  }))

/** @param {string} path @returns {Module} */
const module = (path) => ({ type: 'ESModule', path: join('/', basename(path)), contents: readFileSync(path) })

/** @param {string} name @param {Module[]} modules @param {Record<string, string>} objects binding to class, of a worker if it is another's */
const workerOf = (name, modules, objects) => {
  const { compatibilityDate, flags } = unsafe(builds.now)
  const durableObjects = Object.entries(objects).map(([binding, object]) => {
    const [className, scriptName] = object.split(' of ')
    return [binding, { className, scriptName, useSQLite: true }]
  })
  return {
    name,
    rootPath: '/',
    modulesRoot: '/',
    modules,
    compatibilityDate,
    compatibilityFlags: flags,
    durableObjects: Object.fromEntries(durableObjects),
  }
}

export const startVersions = async () => {
  const front = [fileURLToPath(new URL('switch.js', import.meta.url)), VERBS].map(module)
  const switching = [...front, ...modulesOf(builds.now.dir, 'now'), ...modulesOf(builds.next.dir, 'next')]
  const shops = { NOW: 'Shop of now', NEXT: 'Shop of next' }
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      log: new Log(LogLevel.NONE),
      cf: false,
      workers: [
        workerOf('switching', switching, { OWN: 'Shop', LEDGER: 'Ledger' }),
        workerOf('now', modulesOf(builds.now.dir), { ...shops, LEDGER: 'Ledger' }),
        workerOf('next', modulesOf(builds.next.dir), { ...shops, LEDGER: 'Ledger' }),
      ],
    }),
  )
  return new Versions(miniflare, `${await miniflare.ready}`)
}

let names = 0

export class Versions {
  #miniflare
  #url

  /** @param {Miniflare} miniflare @param {string} url of the worker that switches */
  constructor(miniflare, url) {
    this.#miniflare = miniflare
    this.#url = url
  }

  /**
   * Returns the answers that a caller of one version gets from an object of one version, by request.
   *
   * @param {Version} caller
   * @param {Version} object
   * @returns {Promise<Record<string, string>>}
   */
  async outcomes(caller, object) {
    const worker = await this.#miniflare.getWorker(caller)
    const response = await worker.fetch(`http://test/${object.toUpperCase()}/called`)
    return Object.fromEntries(/** @type {any} */ (await response.json()))
  }

  /** A new object that changes its code. @param {'OWN' | 'LEDGER'} [binding] */
  async object(binding = 'OWN') {
    await this.deploy('now')
    return new Switching(this, this.#url, binding, `object-${names++}`)
  }

  /** From now on, objects start with that version's code. @param {Version} version */
  async deploy(version) {
    await fetch(new URL(`/version/${version}`, this.#url), { method: 'POST' })
  }

  stop() {
    return this.#miniflare.dispose()
  }
}

class Switching {
  #versions
  #url
  #path

  /** @param {Versions} versions @param {string} url @param {string} binding @param {string} name */
  constructor(versions, url, binding, name) {
    this.#versions = versions
    this.#url = url
    this.name = name
    this.#path = `${binding}/${name}`
  }

  /** Calls a method. @param {string} method @param {...unknown} args */
  call(method, ...args) {
    return this.#ask('call', method, ...args)
  }

  /** Has the object go on with that version's code; its sockets stay. @param {Version} version */
  async become(version) {
    await this.#versions.deploy(version)
    await this.#ask('evict', 'hibernate')
  }

  /** Has the object's alarm go off; whether one was set. */
  runAlarm() {
    return this.#ask('runAlarm')
  }

  /** A socket to the object, as a function that asks for the answer to a message. */
  async connect() {
    const socket = new WebSocket(new URL(`/socket/${this.name}`, this.#url.replace('http', 'ws')))
    const next = (/** @type {string} */ event) => within(new Promise((resolve) => socket.once(event, resolve)), event)
    await next('open')
    return async () => {
      const answer = next('message')
      socket.send('?')
      return String(await answer)
    }
  }

  /** @param {string} verb @param {...unknown} args */
  async #ask(verb, ...args) {
    const response = await fetch(new URL(`/${verb}/${this.#path}`, this.#url), {
      method: 'POST',
      body: JSON.stringify(args),
    })
    const { value, error } = /** @type {any} */ (await response.json())
    if (error !== undefined) throw new Error(error)
    return value
  }
}
