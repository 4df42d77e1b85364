/** In front of the Rust worker: an object that is not to be reached at first, or, in the store `broken`, ever. */

import { DurableObject } from 'cloudflare:workers'

import RustWorker from './index.js'

export * from './index.js'

export class Flaky extends DurableObject {
  #failures = 2

  /** @param {Request} request */
  async fetch(request) {
    if (this.#failures-- > 0 || this.ctx.id.name === 'broken') {
      throw Object.assign(new Error('the object moved'), { retryable: true })
    }
    return new Response(await request.text(), { headers: { 'x-answered-by': 'flaky' } })
  }
}

export default RustWorker
