/** Whether the table of the Durable Object API is about the API that there is, and about tests that there are. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { assertNamesTest, rowsOf } from '../harness/documented-tests.mjs'
import { startObjects } from '../harness/objects.mjs'

/** @typedef {{ group: string, members: string[], here: string, test: string }} Row */

/** The rows of the first table; the platform's names without arguments. @returns {Row[]} */
const table = () => {
  const rows = []
  let group = ''
  for (const [platform, here, test] of rowsOf('durable-object-api.md')) {
    const heading = /^\*\*(\w+)\*\*$/.exec(platform)
    if (heading) group = heading[1]
    else rows.push({ group, members: [...platform.matchAll(/`(\w+)/g)].map(([, name]) => name), here, test })
  }
  return rows
}

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

test('every member that the platform has is in the table', async () => {
  const rows = table()
  const platform = await objects.named('Scripted').call('members')
  for (const [group, members] of Object.entries(platform)) {
    const listed = new Set(rows.filter((row) => row.group === group).flatMap((row) => row.members))
    const missing = members.filter((/** @type {string} */ member) => !listed.has(member))
    assert.deepEqual(missing, [], `members of ${group}`)
  }
})

test('every row says what there is here, and names a test that exists', () => {
  for (const { group, members, here, test } of table()) {
    const row = `${group} ${members}`
    assert.notEqual(here, '', row)
    if (here.startsWith('left out')) {
      assert.equal(test, '', row)
      continue
    }
    assertNamesTest(test, (module) => `tests/workers/objects/src/tests/${module}.rs`)
  }
})
