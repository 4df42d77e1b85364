/** TypeScript's compiler looks at workers that call Rust objects. */

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { mistakes } from '../harness/typescript.mjs'
import { wrangler } from '../harness/wrangler.mjs'

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))

const WRITTEN = process.env.WORKER_TYPES ?? here('../../target/types')

/** The types of a package's objects. @param {string} name */
const typesOf = (name) => {
  const path = join(WRITTEN, `${name}.d.ts`)
  assert.ok(existsSync(path), `no ${path}; write it with: cargo xtask types ${name} --out ${path}`)
  return path
}
const types = typesOf('test-worker')

/**
 * The text that `wrangler types` writes about the caller in `wrangler/`, and the mistakes of a caller that relies on it.
 *
 * @param {string} entry
 * @param {string[]} args of `wrangler types`, in the folder of the objects
 */
const described = async (entry, args) => {
  const { path } = temporaryDirectory('types')
  cpSync(here('wrangler'), path, { recursive: true })
  // wrangler looks only at the names of what a worker exports, and TypeScript only at the types.
  mkdirSync(join(path, 'objects/build'))
  writeFileSync(join(path, 'objects/build/index.js'), 'export class Counter {}\nexport default { fetch() {} }\n')
  cpSync(types, join(path, 'objects/build/index.d.ts'))
  const caller = join(path, 'caller')
  const [index, environment] = ['index.ts', 'worker-configuration.d.ts'].map((name) => join(caller, name))
  cpSync(join(caller, entry), index)
  await wrangler(['types', environment, '--include-runtime', 'false', ...args], { cwd: join(path, 'objects') })
  return { environment: readFileSync(environment, 'utf8'), wrong: mistakes([environment, index]) }
}

test('right calls compile, wrong calls do not', () => {
  // Every wrong call is marked `@ts-expect-error`, so a wrong call that compiles is a mistake as well.
  const paths = { 'test-worker': [types], everything: [here('../../runtime/src/typescript/tests/everything.d.ts')] }
  assert.equal(mistakes([here('worker.ts'), here('everything.ts')], { paths }), '')
})

test('wrangler finds the types beside the worker that has the objects', async () => {
  const { environment, wrong } = await described('described.ts', [
    '--config',
    '../caller/wrangler.toml',
    '--config',
    'wrangler.toml',
  ])
  assert.match(environment, /COUNTER: DurableObjectNamespace<import\("..\/objects\/build\/index"\).Counter>;/)
  assert.equal(wrong, '')
})

test('a caller that has only the types adds them to what wrangler knows', async () => {
  const { environment, wrong } = await described('added.ts', ['--config', '../caller/wrangler.toml'])
  assert.match(environment, /COUNTER: DurableObjectNamespace \/\* Counter from objects \*\/;/)
  assert.equal(wrong, '')
})

test("the documented client of LiveStore compiles with the backend's types", () => {
  // Beside the installed packages, which it imports.
  const path = join(WRITTEN, 'sync')
  cpSync(here('sync'), path, { recursive: true })
  cpSync(typesOf('todomvc'), join(path, 'objects.d.ts'))
  const [, client] =
    /```ts\n(import \{ DurableObject \}[^`]*)```/.exec(readFileSync(here('../../docs/sync-backend.md'), 'utf8')) ?? []
  assert.ok(client, 'there is such an example')
  writeFileSync(join(path, 'client.ts'), client)
  // With the types of the platform that LiveStore asks for: two versions do not fit each other.
  const platform = here('../../node_modules/@livestore/sync-cf/node_modules/@cloudflare/workers-types')
  const files = ['client.ts', 'backend.ts'].map((name) => join(path, name))
  assert.equal(mistakes(files, { types: [platform], skipLibCheck: true }), '')
})
