/** The Rust sync worker, whose objects are counted and can be taken out of memory. */

import Worker, { SyncBackendDO as Backend } from './index.js'
import { answer, counted } from './memory.js'

export const SyncBackendDO = counted(Backend)

export default class extends Worker {
  /** @param {Request} request */
  async fetch(request) {
    return (await answer(request, this.env.SYNC_BACKEND_DO)) ?? super.fetch(request)
  }
}
