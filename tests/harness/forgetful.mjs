/** An HTTP proxy that loses answers: the backend has done what it was asked, and the client never hears of it. */

import { once } from 'node:events'
import { createServer } from 'node:http'

import { onExit } from './cleanup.mjs'

/** @param {{ url: string }} target */
export const startForgetful = async (target) => {
  const proxy = new Forgetful(target)
  await proxy.listen()
  return proxy
}

export class Forgetful {
  /** How many answers to pushes are still to be lost. */
  toLose = 0
  /** The exits of pushes, those that were lost too. @type {any[]} */
  exits = []
  #target
  #server = createServer((request, response) => this.#forward(request, response))
  #release = () => {}

  /** @param {{ url: string }} target */
  constructor(target) {
    this.#target = target
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#release = onExit(() => this.#server.close())
  }

  get url() {
    return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.#server.address()).port}`
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #forward(request, response) {
    const body = Buffer.concat(await request.toArray()).toString()
    const answer = await fetch(this.#target.url + request.url, { method: request.method, body })
    const text = await answer.text()
    if (body.includes('"SyncHttpRpc.Push"')) {
      this.exits.push(JSON.parse(text)[0].exit)
      if (this.toLose > 0) {
        this.toLose--
        response.destroy()
        return
      }
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text)
  }

  stop() {
    this.#release()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
