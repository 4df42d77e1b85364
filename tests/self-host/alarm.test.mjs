/** Alarms of Rust objects over the end of the process. */

import assert from 'node:assert/strict'
import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { COMPATIBILITY_DATE, rustWorker } from '../harness/rust.mjs'
import { SelfHosted } from '../harness/self-host.mjs'
import { eventually, pause } from '../harness/wait.mjs'

/** A worker with one class of the test worker, and a caller in front: `/METHOD?ARGUMENTS` on the object of a name. */
const FRONT = `
import { Alarming } from './index.js'
export { Alarming }
export default {
  async fetch(request, env) {
    const [, name, method] = new URL(request.url).pathname.split('/')
    return Response.json(await env.ALARMING.getByName(name)[method](...await request.json()))
  }
}
`

const WRANGLER = {
  name: 'alarms',
  main: 'build/front.js',
  compatibility_date: COMPATIBILITY_DATE,
  durable_objects: { bindings: [{ name: 'ALARMING', class_name: 'Alarming' }] },
  migrations: [{ tag: 'v1', new_sqlite_classes: ['Alarming'] }],
}

/** @type {SelfHosted} */
let server

before(async () => {
  const { path } = temporaryDirectory('alarms')
  cpSync(rustWorker('test-worker').dir, join(path, 'build'), { recursive: true })
  writeFileSync(join(path, 'build/front.js'), FRONT)
  writeFileSync(join(path, 'wrangler.json'), JSON.stringify(WRANGLER))
  server = await new SelfHosted([], { cwd: path }).serve()
})
after(() => server?.stop())

/** @param {string} name @param {string} method @param {unknown[]} args */
const call = async (name, method, ...args) => {
  const response = await server.fetch(`/${name}/${method}`, { method: 'POST', body: JSON.stringify(args) })
  assert.equal(response.status, 200)
  return response.json()
}

/** How many alarms have gone off so far, read from the files of the objects: nobody asks an object. */
const alarms = () => {
  const folder = join(server.data, 'alarms-Alarming')
  const files = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
  const counts = files.map((name) => {
    const database = new DatabaseSync(join(folder, name), { readOnly: true })
    const { count } = /** @type {any} */ (database.prepare('SELECT count(*) AS count FROM alarms').get())
    database.close()
    return count
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Waits for that many alarms of an object. @param {string} name @param {number} count */
const seen = (name, count) =>
  eventually(async () => {
    const [, alarms] = await call(name, 'seen')
    return alarms.length >= count && alarms
  }, `${count} alarms`)

test('an alarm that was due while the process was down goes off unasked', { timeout: 30_000 }, async () => {
  const due = Date.parse(await call('due', 'setAfter', 500, 0))
  await server.kill()
  assert.equal(alarms(), 0)
  await pause(due + 500 - Date.now())
  await server.serve()
  await eventually(() => alarms() === 1, 'the alarm')
  assert.deepEqual(await call('due', 'seen'), [2, [[2, due, 0, false]]])
})

test('an alarm that is due later goes off once, at its time', { timeout: 30_000 }, async () => {
  const due = Date.parse(await call('later', 'setAfter', 3_000, 0))
  await server.restart()
  const [[, scheduled, retries], ...others] = await seen('later', 1)
  assert.ok(Date.now() >= due)
  assert.deepEqual([scheduled, retries, others], [due, 0, []])
})

test('an alarm that failed is tried again by the next process', { timeout: 30_000 }, async () => {
  await call('failing', 'setAfter', 0, 1)
  await seen('failing', 1)
  await server.restart()
  assert.equal((await seen('failing', 2)).length, 2)
})
