/** Whether the list of the official backend's defects names tests that there are. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'

import { assertNamesTest, rowsOf } from '../harness/documented-tests.mjs'

/** @param {string} module of the backend @returns {string} its file, from the repository's root */
const moduleFile = (module) => {
  const path = `runtime/src/livestore/backend/${module.replaceAll('::', '/')}`
  const isFile = existsSync(new URL(`../../${path}.rs`, import.meta.url))
  return isFile ? `${path}.rs` : `${path}/mod.rs`
}

test('every defect says what is there instead, and names a test that exists', () => {
  const rows = rowsOf('livestore-defects.md')
  const defects = rows.filter(([defect]) => !defect.startsWith('**'))
  assert.ok(defects.length > 30)
  for (const [defect, here, test, ...rest] of defects) {
    assert.notEqual(here, '', defect)
    assert.deepEqual(rest, [], defect)
    assertNamesTest(test, moduleFile)
  }
})
