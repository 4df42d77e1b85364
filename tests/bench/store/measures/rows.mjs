import { fill } from '../../client.mjs'
import { STORE } from '../../contender.mjs'
import { alone } from '../../measure.mjs'
import { BenchObject } from '../contender.mjs'

/** @typedef {import('../../measure.mjs').Measure<import('../contender.mjs').StoreContender>} Measure */
/** @typedef {{ read: number, written: number }} Rows */

const COMMITS = 50
const PULLED = 1_000

/** @param {string} key @param {string} label @returns {import('../../measure.mjs').Figure} */
const figure = (key, label) => ({ key, label, unit: 'rows', better: 'less' })

/** The rows that are billed. @type {Measure} */
export const rows = {
  name: 'rows',
  once: true,
  figures: [
    figure('firstWritten', 'first commit of an object, confirmed: written'),
    figure('commitWritten', 'each later commit, confirmed: written'),
    figure('commitRead', 'each later commit, confirmed: read'),
    figure('batchWritten', 'a commit of 100 events, confirmed: written'),
    figure('pullWritten', 'a pulled event, in pages: written'),
    figure('pullRead', 'a pulled event, in pages: read'),
    figure('reopenWritten', `open of ${PULLED} events again: written`),
    figure('reopenRead', `open of ${PULLED} events again: read`),
  ],
  open: alone((contender, scale) =>
    contender.onServer(0, async (server) => {
      const empty = new BenchObject(server, 'metered-empty')
      await empty.call('open', 'empty')
      const created = await settled(empty)
      await empty.call('oneByOne', 0, 1)
      const first = since(created, await settled(empty))
      const [commits, before] = [scale(COMMITS), await settled(empty)]
      await empty.call('oneByOne', 1, commits)
      const between = await settled(empty)
      const each = since(before, between)
      await empty.call('together', 1 + commits, 100)
      const batch = since(between, await settled(empty))

      const count = scale(PULLED)
      await fill(server, STORE, count)
      const full = new BenchObject(server, 'metered-full')
      await full.call('open', STORE)
      await full.call('until', count)
      const pulled = since(created, await settled(full))
      await full.crash()
      await full.call('open', STORE)
      const again = await settled(full)
      return {
        firstWritten: first.written,
        commitWritten: each.written / commits,
        commitRead: each.read / commits,
        batchWritten: batch.written,
        pullWritten: pulled.written / count,
        pullRead: pulled.read / count,
        reopenWritten: again.written,
        reopenRead: again.read,
      }
    }),
  ),
}

/** @param {Rows} before @param {Rows} after @returns {Rows} */
const since = (before, after) => ({ read: after.read - before.read, written: after.written - before.written })

/** The rows once no more come. @param {BenchObject} object @returns {Promise<Rows>} */
const settled = async (object) => {
  for (let known = await object.call('rows'); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await object.call('rows')
    if (now.read === known.read && now.written === known.written) return now
    known = now
  }
}
