/** The configuration at the root runs the todomvc example in place. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

/** A configuration without comments, and without what says where things are. @param {string} path */
const lines = (path) =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^(#|command = |watch_dir = |directory = )/.test(line))

test('the root and the example todomvc have the same bindings, migrations and routes', () => {
  const [root, example] = ['wrangler.toml', 'examples/todomvc/wrangler.toml'].map(lines)
  assert.ok(example.length > 15, example.join('\n'))
  assert.deepEqual(root, example)
})
