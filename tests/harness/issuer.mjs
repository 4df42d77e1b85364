/** An issuer of tokens, made with jose: its keys, the server of its public ones, and tokens of all kinds. */

import { once } from 'node:events'
import { createServer } from 'node:http'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'

import { onExit } from './cleanup.mjs'
import { rustWorker } from './rust.mjs'
import { pause } from './wait.mjs'

const SECRET = 'a secret that only this test and its worker know'
const ISSUER = 'https://login.example.com'
const AUDIENCE = 'auth-example'

/** How long the worker accepts a token after its `exp`, in seconds. */
export const LEEWAY = 30

/** @typedef {Awaited<ReturnType<typeof generateKeyPair>>} Pair */
/** @typedef {{ alg?: string, kid?: string, [name: string]: any }} Header */

export class Issuer {
  /** The keys that it publishes. @type {import('jose').JWK[]} */
  published = []
  /** How often somebody asked for them. */
  asked = 0
  /** The status of its answers. */
  status = 200
  /** How long it takes to answer, in milliseconds. */
  slowness = 0
  #server = createServer(async (_, response) => {
    this.asked++
    await pause(this.slowness)
    response.writeHead(this.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: this.published }))
  })
  #release = () => {}

  static async start() {
    const issuer = new Issuer()
    issuer.#server.listen(0, '127.0.0.1')
    await once(issuer.#server, 'listening')
    issuer.#release = onExit(() => issuer.#server.close())
    return issuer
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    return `http://127.0.0.1:${port}/jwks.json`
  }

  stop() {
    this.#release()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** A new key, published under its id. @param {string} alg @param {string} kid */
  async publish(alg, kid) {
    const pair = await generateKeyPair(alg, { extractable: true })
    this.published.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })
    return pair
  }

  /** The worker of the example, with this issuer. @param {Record<string, string>} [text] other variables */
  worker(text = {}) {
    return rustWorker('auth', {
      objects: [
        { binding: 'SYNC_BACKEND_DO', className: 'SyncBackendDO' },
        { binding: 'CLIENT_DO', className: 'LiveStoreClientDO' },
        { binding: 'NOTICES', className: 'Notices' },
      ],
      network: ['private'],
      text: { ISSUER, AUDIENCE, AUTH_SECRET: SECRET, JWKS_URL: this.url, ...text },
    })
  }
}

/** Seconds since 1970. */
export const now = () => Date.now() / 1_000

/**
 * The claims of a right token, with changes. `undefined` takes one away.
 *
 * @param {string} store
 * @param {Record<string, unknown>} [changes]
 */
export const claims = (store, changes = {}) => {
  const all = { iss: ISSUER, aud: AUDIENCE, sub: 'ann', store, exp: now() + 60, ...changes }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** A token that is accepted for so many seconds. @param {string} store @param {number} seconds */
export const shortToken = (store, seconds) => sign(claims(store, { exp: now() + seconds - LEEWAY }))

/**
 * A signed token: HS256 with the shared secret, unless there is another key.
 *
 * @param {Record<string, any>} payload
 * @param {Header} [header]
 * @param {any} [key]
 */
export const sign = (payload, header = {}, key = new TextEncoder().encode(SECRET)) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(key)
