/**
 * Shows a fault of workerd without any code of ours: when the platform answers pings on a busy machine, some objects
 * stay in memory for ever. The reason for `docs/decisions/0014-pings-stay-with-the-platform.md`.
 *
 * `node tests/soak/pings/run.mjs` lets clients ping for a minute, with three busy processes beside it; with `--quiet`
 * they do not ping. It ends with status 1 when an object stayed.
 */

import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { onExit, temporaryDirectory } from '../../harness/cleanup.mjs'
import { unsafe } from '../../harness/config.mjs'
import { Connection, frame } from '../../harness/connection.mjs'
import { pause } from '../../harness/wait.mjs'
import { startWorkerd } from '../../harness/workerd.mjs'

const ROOMS = 20
const CLIENTS = 250
const DURATION = 60_000
const BUSY = 3
const PINGS = process.argv.includes('--quiet') ? 0 : 0.2

const PING = frame('ping')
const HELLO = frame('hello')

const folder = temporaryDirectory('pings')
cpSync(fileURLToPath(new URL('worker.js', import.meta.url)), join(folder.path, 'index.js'))
const server = await startWorkerd(
  unsafe({
    dir: folder.path,
    objects: [{ binding: 'ROOM', className: 'Room' }],
    compatibilityDate: '2026-06-01',
  }),
)
const end = performance.now() + DURATION

/** Connects, sends, stops reading now and then, and goes without a word. @param {number} room */
const client = async (room) => {
  while (performance.now() < end) {
    const connection = await Connection.open(server, `room=${room}`)
    const leaves = Math.min(end, performance.now() + Math.random() * 4_000)
    if (Math.random() < 0.15) {
      connection.socket.pause()
      await pause(Math.random() * 6_000)
      if (Math.random() < 0.7) connection.socket.resume()
    }
    while (performance.now() < leaves && !connection.closed) {
      connection.send(Math.random() < PINGS ? PING : HELLO)
      await pause(Math.random() * 100)
    }
    connection.close()
  }
}

const spin = `const end = Date.now() + ${DURATION}; while (Date.now() < end);`
for (let count = 0; count < BUSY; count++) {
  const busy = spawn(process.execPath, ['--eval', spin])
  onExit(() => busy.kill('SIGKILL'))
}
await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index % ROOMS)))
// All clients are gone. The objects may take this long to notice.
await pause(20_000)
const left = await Promise.all(
  Array.from({ length: ROOMS }, async (_, room) => {
    const response = await fetch(`${server.url}/?room=${room}`, { signal: AbortSignal.timeout(60_000) })
    return /** @type {{ sockets: number, error?: string }} */ (await response.json())
  }),
)
const stuck = left.filter(({ error }) => error !== undefined)
console.log(`${stuck.length} of ${ROOMS} objects cannot leave memory; all clients are gone`)
console.log(`sockets that the objects still list: ${left.map(({ sockets }) => sockets).join(' ')}`)
if (stuck.length > 0) console.log(stuck[0].error)
await server.stop()
process.exit(stuck.length > 0 ? 1 : 0)
