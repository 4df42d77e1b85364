/** The owners of the memory of a workerd process. */

import { readFileSync } from 'node:fs'

const MiB = 1024

/** V8 keeps its heap within 4 GiB that begin at a multiple of 4 GiB. */
const CAGE = 4 * 2 ** 30

/**
 * V8 reserves nearly 4 GiB behind a WebAssembly memory, so that no access gets past it unseen, or as much as the memory
 * may grow: 2 GiB for that of LiveStore's SQLite. The allocator of workerd reserves 1 GiB at a time.
 */
const GUARD = 1.5 * 2 ** 30

/**
 * @typedef {object} Mapping
 * @property {number} start
 * @property {number} end
 * @property {string} access
 * @property {string} file
 * @property {number} resident KiB
 */

/** @param {string} smaps @returns {Mapping[]} */
const mappings = (smaps) => {
  /** @type {Mapping[]} */
  const found = []
  for (const line of smaps.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line)
    if (head) {
      const [, start, end, access, file] = head
      found.push({ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16), access, file, resident: 0 })
    } else if (line.startsWith('Rss:')) {
      const last = found.at(-1)
      if (last) last.resident = Number(/\d+/.exec(line)?.[0])
    }
  }
  return found
}

/** @typedef {'V8' | 'wasm' | 'native' | 'files'} Owner */

/**
 * Resident MiB by owner: V8's heap, WebAssembly memories, what C++ and SQLite allocate, and the program itself.
 *
 * @param {number} pid
 * @returns {Record<Owner, number>}
 */
export const memoryOf = (pid) => byOwner(readFileSync(`/proc/${pid}/smaps`, 'latin1'))

/** @param {string} smaps */
export const byOwner = (smaps) => {
  /** @type {Record<Owner, number>} */
  const owners = { V8: 0, wasm: 0, native: 0, files: 0 }
  const all = mappings(smaps)
  const guards = all.filter(({ start, end, access }) => access.startsWith('---') && end - start >= GUARD)
  const starts = new Set(all.map(({ start }) => start))
  const cages = guards.map(({ start }) => start - (start % CAGE)).filter((cage) => starts.has(cage))
  const inCage = (/** @type {Mapping} */ { start }) => cages.some((cage) => start >= cage && start < cage + CAGE)
  const guarded = new Set(guards.filter((guard) => !inCage(guard)).map(({ start }) => start))
  for (const mapping of all) {
    const { file, end, resident } = mapping
    // prettier-ignore
    const owner =
      file.startsWith('/') ? 'files'
      : inCage(mapping) ? 'V8'
      : guarded.has(end) ? 'wasm'
      : 'native'
    owners[owner] += resident / MiB
  }
  return owners
}
