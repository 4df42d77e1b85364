/** The moods of the hooks in tests/workers/sync: what they do to whoever asks them. */

import { eventually } from './wait.mjs'

/** @typedef {'calm' | 'refusing' | 'failing' | 'waiting' | 'crashing'} Mood */

export class Moods {
  /** The backend with these hooks, under its path. */
  backend

  /** @param {{ url: string }} server */
  constructor(server) {
    this.server = server
    this.backend = { url: `${server.url}/moody` }
  }

  /** @param {Mood} mood */
  async become(mood) {
    await this.#say(`?${mood}`)
  }

  /** Waits until somebody has asked so often in the present mood. @param {number} times */
  async asked(times) {
    await eventually(async () => Number(await this.#say('')) >= times, `a hook is asked ${times} times`)
  }

  /** @param {string} query */
  async #say(query) {
    const response = await fetch(`${this.server.url}/mood${query}`)
    return response.text()
  }
}
