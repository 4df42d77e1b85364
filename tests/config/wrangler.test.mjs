/** wrangler accepts the configurations that the check accepts, and those that the check has completed. */

import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { wrangler } from '../harness/wrangler.mjs'

const FIXTURES = fileURLToPath(new URL('../../config/tests/fixtures', import.meta.url))

/** What the fixtures are for, as JavaScript. */
const WORKER = `
import { DurableObject } from 'cloudflare:workers'
export class Room extends DurableObject {}
export class Lobby extends DurableObject {}
export class Extended extends DurableObject {}
export default { fetch: () => new Response('') }
`

/** A copy of a fixture with a built worker. Its build commands do nothing. @param {string} fixture */
const copy = (fixture) => {
  const { path } = temporaryDirectory('config')
  cpSync(join(FIXTURES, fixture), path, { recursive: true })
  for (const folder of ['build', 'bin', 'web']) mkdirSync(join(path, folder))
  writeFileSync(join(path, 'build/index.js'), WORKER)
  writeFileSync(join(path, 'build.mjs'), '')
  writeFileSync(join(path, 'bin/worker-build'), '#!/bin/sh\n')
  chmodSync(join(path, 'bin/worker-build'), 0o755)
  return path
}

/** All that wrangler says about a configuration. It fails if wrangler refuses it. @param {string} path @param {string} environment */
const deploy = (path, environment) => {
  const env = { PATH: `${join(path, 'bin')}${delimiter}${process.env.PATH}` }
  return wrangler(['deploy', '--dry-run', '--env', environment], { cwd: path, env, limit: 120_000 })
}

const right = ['objects', 'fields'].flatMap((kind) =>
  readdirSync(join(FIXTURES, kind))
    .filter((name) => name.startsWith('right'))
    .map((name) => `${kind}/${name}`),
)

for (const fixture of right) {
  test(`wrangler has nothing to say about ${fixture}`, async () => {
    const path = copy(fixture)
    const environments = fixture === 'objects/right-toml' ? ['', 'staging'] : ['']
    for (const environment of environments) {
      const said = await deploy(path, environment)
      assert.match(said, /--dry-run: exiting now/)
      assert.doesNotMatch(said, /WARNING|ERROR/, said)
    }
  })
}

/** The fixtures without anything, and how lines are pasted into them. @type {[string, string, (text: string, lines: string) => string][]} */
const incomplete = [
  ['objects/nothing', 'wrangler.toml', (text, lines) => `${text}${lines}`],
  ['objects/nothing-jsonc', 'wrangler.jsonc', (text, lines) => text.replace(/\}\s*$/, `${lines}\n}`)],
]

for (const [fixture, file, paste] of incomplete) {
  test(`wrangler accepts ${fixture} with the lines to add`, async () => {
    const path = copy(fixture)
    const [, lines] = readFileSync(join(path, 'expected.txt'), 'utf8').split(/^add to .*:\n\n/m)
    writeFileSync(join(path, file), paste(readFileSync(join(path, file), 'utf8'), lines))
    const said = await deploy(path, '')
    assert.match(said, /env\.ROOM \(Room\)[\s\S]*env\.LOBBY \(Lobby\)/)
    assert.doesNotMatch(said, /WARNING|ERROR/, said)
  })
}
