/** Frame by frame, the answers are those the official backend was captured giving. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startBackend } from '../harness/backend.mjs'
import { CLOSED_BY_OURS, DIFFERENCES, OMISSIONS, withoutArgs } from './support/differences.mjs'
import { byRequest, normalise, readCapture, replay } from './support/replay.mjs'

/** @type {import('../harness/workerd.mjs').Workerd} */
let server

before(async () => {
  server = await startBackend()
})
after(() => server?.stop())

/** Numbers of the events pushed without `args`. @param {import('./support/replay.mjs').Capture} capture */
const bareEvents = ({ steps }) => {
  const sent = steps.flatMap((step) => ('send' in step && step.send.includes('SyncWsRpc.Push') ? [step.send] : []))
  const requests = sent.map((text) => JSON.parse(text)).filter((frame) => frame._tag === 'Request')
  const events = requests.flatMap((frame) => frame.payload.batch)
  return new Set(events.filter((item) => !('args' in item)).map((item) => item.seqNum))
}

/** The code that is reported for a close without a code. */
const NO_CODE = 1005

/**
 * Whether the captured client closed this socket.
 *
 * @param {import('./support/replay.mjs').Capture} capture
 * @param {number} connection
 */
const closes = ({ steps }, connection) => steps.some((step) => 'close' in step && step.connection === connection)

/** How often each omission has explained a frame, over all captures. */
const used = OMISSIONS.map(() => 0)

/** @param {any[]} answers */
const explained = (answers) =>
  answers.filter((frame, index) => {
    const omission = OMISSIONS.findIndex(({ applies }) => applies(frame, answers.slice(0, index)))
    if (omission >= 0) used[omission]++
    return omission < 0
  })

for (const [name, differences] of Object.entries(DIFFERENCES)) {
  test(`${name}: every captured frame`, { timeout: 20_000 }, async () => {
    const capture = readCapture(name)
    const bare = bareEvents(capture)
    const wires = await replay(server, capture)
    assert.equal(wires.length, capture.connections.length)
    assert.ok(differences.every(({ connection }) => connection < wires.length))

    for (const [connection, { label, answers }] of capture.connections.entries()) {
      const captured = byRequest(explained(normalise(answers)))
      for (const { request, theirs, ours, because } of differences.filter((one) => one.connection === connection)) {
        assert.deepEqual(captured[request] ?? [], theirs, `a difference that is none: ${because}`)
        if (ours.length > 0) captured[request] = ours
        else delete captured[request]
      }
      for (const frames of Object.values(captured)) for (const frame of frames) withoutArgs(frame, bare)
      const got = byRequest(normalise(wires[connection].answers))
      assert.deepEqual(got, captured, `connection ${connection} (${label})`)
      await wires[connection].ended()
      const code = CLOSED_BY_OURS[name]?.[connection] ?? (closes(capture, connection) ? 1000 : NO_CODE)
      assert.deepEqual(wires[connection].closed, { code, wasClean: true })
    }
  })
}

test('every general difference has been seen', () => {
  assert.ok(
    used.every((count) => count > 0),
    JSON.stringify(used),
  )
})
