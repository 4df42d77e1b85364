/** A project of `durable-object new`: built by `worker-build`, run by `wrangler dev`. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { SelfHosted } from '../harness/self-host.mjs'
import { mistakes } from '../harness/typescript.mjs'
import { eventually } from '../harness/wait.mjs'
import { startWorker, wrangler } from '../harness/wrangler.mjs'
import { ROOT, run, shareDependencies } from './project.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))

const NAME = 'my-counter'

/** Makes a formatted project with the crate of this workspace, and with one more object. @param {string} folder */
const makeProject = async (folder) => {
  await run(folder, 'durable-object', 'new', NAME, '--path', ROOT)
  const path = join(folder, NAME)
  await run(path, 'cargo', 'fmt', '--check')
  shareDependencies(path, NAME)
  cpSync(join(HERE, 'crashing.rs'), join(path, 'src/crashing.rs'))
  appendFileSync(join(path, 'src/lib.rs'), 'mod crashing;\npub use crashing::Crashing;\n')
  appendFileSync(
    join(path, 'wrangler.toml'),
    `
[[durable_objects.bindings]]
name = "CRASHING"
class_name = "Crashing"

[exports.Crashing]
type = "durable-object"
storage = "sqlite"
`,
  )
}

const folder = temporaryDirectory('stock').path
const [project, caller, extended] = [NAME, 'caller', 'extended'].map((name) => join(folder, name))
const workers = /** @type {Record<'called' | 'extended', Awaited<ReturnType<typeof startWorker>>>} */ ({})

before(async () => {
  await makeProject(folder)
  for (const [name, path] of Object.entries({ caller, extended })) cpSync(join(HERE, name), path, { recursive: true })
  const configs = [caller, project].map((worker) => join(worker, 'wrangler.toml'))
  workers.called = await startWorker({ cwd: project, configs })
  // Imports what that has built.
  workers.extended = await startWorker({ cwd: extended })
})
after(() => Promise.all(Object.values(workers).map((worker) => worker.stop())))

/** @param {keyof typeof workers} worker @param {string} path @param {RequestInit} [init] */
const requestTo = (worker, path, init) =>
  fetch(`http://127.0.0.1:${workers[worker].port}${path}`, { signal: AbortSignal.timeout(10_000), ...init })

/** @param {string} path @param {RequestInit} [init] */
const request = (path, init) => requestTo('called', path, init)

/** The new total of a counter, as text. @param {string} path @param {keyof typeof workers} [worker] */
const count = async (path, worker = 'called') => (await requestTo(worker, path, { method: 'POST' })).text()

/** @param {keyof typeof workers} worker @param {string} binding @param {string} method @param {...unknown} args */
const callIn = async (worker, binding, method, ...args) => {
  const body = JSON.stringify({ binding, name: 'called', method, args })
  return (await requestTo(worker, '/call', { method: 'POST', body })).json()
}

/** Returns the answer that a JavaScript caller gets. @param {string} binding @param {string} method @param {...unknown} args */
const call = (binding, method, ...args) => callIn('called', binding, method, ...args)

/** Returns the answer of wrangler's explorer of local data. @param {keyof typeof workers} worker @param {string} path @param {object} [query] */
const explore = async (worker, path, query) => {
  const body = query && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(query) }
  return (await requestTo(worker, `/cdn-cgi/local/explorer/api/workers/durable_objects/namespaces${path}`, body)).json()
}

/** @param {keyof typeof workers} worker @param {string} className */
const namespace = async (worker, className) => {
  const { result } = await explore(worker, '')
  return result.find((/** @type {{ class: string }} */ namespace) => namespace.class === className).id
}

test('the worker calls its object', async () => {
  const answers = []
  for (const path of ['/apples', '/apples', '/pears']) answers.push(await count(path))
  assert.deepEqual(answers, ['1\n', '2\n', '1\n'])
  assert.equal(await (await request('/apples')).text(), '2\n')
})

test('a JavaScript worker calls it, and is told what was wrong with a call', async () => {
  assert.deepEqual(await call('COUNTER', 'increment', 5), { value: 5 })
  const { error } = await call('COUNTER', 'increment', 'five')
  assert.equal(error.name, 'TypeError')
  assert.match(error.message, /^increment\(by\): /)
  assert.match((await call('COUNTER', 'free')).error.message, /does not implement the method/)
  assert.deepEqual(await call('COUNTER', 'increment', 1), { value: 6 })
})

test('a panic is an error, and the objects start anew', async () => {
  assert.deepEqual(await call('CRASHING', 'calls'), { value: 1 })
  const { error } = await call('CRASHING', 'keepAndPanic', 'apples')
  assert.equal(error.name, 'ObjectCrashed')
  assert.match(error.message, /with apples/)
  assert.deepEqual(await call('CRASHING', 'calls'), { value: 1 })
  assert.deepEqual(await call('CRASHING', 'kept'), { value: ['apples'] })
  assert.equal(await count('/after-the-panic'), '1\n')
})

test('a TypeScript entry exports a Rust class as it is', async () => {
  assert.deepEqual(await callIn('extended', 'COUNTER', 'increment', 5), { value: 5 })
  assert.deepEqual(await callIn('extended', 'COUNTER', 'increment', 1), { value: 6 })
  assert.equal(await count('/plums', 'extended'), '1\n')
})

test('a TypeScript class that extends a Rust one keeps its methods and overrides', async () => {
  const own = { fields: ['ctx', 'env'], counter: 'function' }
  assert.deepEqual(await callIn('extended', 'EXTENDED', 'extra', 'a'), { value: { ...own, count: 1 } })
  assert.deepEqual(await callIn('extended', 'EXTENDED', 'calls'), { value: 'over 1' })
  const { error } = await callIn('extended', 'EXTENDED', 'keepAndPanic', 'pears')
  assert.equal(error.name, 'ObjectCrashed')
  assert.deepEqual(await callIn('extended', 'EXTENDED', 'calls'), { value: 'over 1' })
  assert.deepEqual(await callIn('extended', 'EXTENDED', 'kept'), { value: ['pears'] })
  assert.deepEqual(await callIn('extended', 'EXTENDED', 'extra', 'b'), { value: { ...own, count: 2 } })
  for (const method of ['free', '__destroy_into_raw', '__wbg_ptr']) {
    const { error } = await callIn('extended', 'EXTENDED', method)
    assert.match(error.message, /does not implement the method|is not a function/, method)
  }
})

test("wrangler's explorer lists objects by name, and runs SQL in them", async () => {
  const counters = await namespace('called', 'Counter')
  await count('/figs')
  const { result: objects } = await explore('called', `/${counters}/objects`)
  assert.ok(
    objects.some((/** @type {{ name: string }} */ { name }) => name === 'figs'),
    JSON.stringify(objects),
  )
  const extras = await explore('extended', `/${await namespace('extended', 'Extended')}/query`, {
    durable_object_name: 'called',
    queries: [{ sql: 'SELECT text FROM extras ORDER BY text' }, { sql: 'SELECT text FROM kept' }],
  })
  assert.deepEqual(
    extras.result.map((/** @type {{ rows: unknown[][] }} */ { rows }) => rows),
    [[['a'], ['b']], [['pears']]],
  )
})

test('wrangler has nothing to warn of', () => {
  for (const worker of Object.values(workers)) assert.doesNotMatch(worker.log(), /WARNING/)
})

/** The worker's WebAssembly as it was built last. */
const built = () => {
  const bytes = readFileSync(join(project, 'build/index_bg.wasm'))
  const names = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name')
  return { size: bytes.length, names: names.reduce((size, section) => size + section.byteLength, 0) }
}

test('a line that is saved is served, from a build for development', async () => {
  const source = join(project, 'src/lib.rs')
  const edited = readFileSync(source, 'utf8').replace(String.raw`"{total}\n"`, String.raw`"{total} now\n"`)
  writeFileSync(source, edited)
  const answer = () => count('/nuts')
  await eventually(async () => / now\n$/.test(await answer().catch(() => '')), 'the new answer', 120_000)
  const { names } = built()
  assert.ok(names > 10_000, `${names} bytes of names`)
})

test('the command durable-object checks the configuration', () => {
  const check = (/** @type {string[]} */ ...options) =>
    spawnSync('durable-object', ['check', ...options], { cwd: project, encoding: 'utf8' })
  const right = check()
  assert.equal(right.stdout, 'the configuration of my-counter fits its code\n', right.stderr)
  const text = readFileSync(join(project, 'wrangler.toml'), 'utf8')
  writeFileSync(join(project, 'wrong.toml'), text.replace('name = "CRASHING"', 'name = "CRASHES"'))
  const wrong = check('--config', 'wrong.toml')
  assert.match(
    wrong.stdout,
    /^- wrong\.toml:\d+:8: `Crashing` is bound as `CRASHES`, and the code looks for `CRASHING`/m,
  )
  assert.equal(wrong.status, 1)
})

test('wrangler knows the types of the objects', async () => {
  await wrangler(['types', '--include-runtime', 'false'], { cwd: project })
  const environment = join(project, 'worker-configuration.d.ts')
  assert.match(
    readFileSync(environment, 'utf8'),
    /COUNTER: DurableObjectNamespace<import\("\.\/build\/index"\)\.Counter>;/,
  )
  const caller = join(project, 'caller.ts')
  writeFileSync(
    caller,
    `export const count = async (env: Env): Promise<number> => {
  // @ts-expect-error an argument of another type
  await env.COUNTER.getByName('global').increment('5')
  return env.COUNTER.getByName('global').increment(5)
}
`,
  )
  assert.equal(mistakes([environment, caller]), '')
})

test('its lints and tests pass, natively and inside workerd', async () => {
  await run(project, 'cargo', 'clippy', '--all-targets', '--', '-D', 'warnings')
  assert.match(await run(project, 'cargo', 'test'), /test configuration \.\.\. ok/)
  const printed = await run(project, 'cargo', 'test', '--target', 'wasm32-unknown-unknown')
  assert.match(printed, /test tests::each_name_is_a_counter_of_its_own \.\.\. ok/)
})

test('wrangler would deploy it, small and without the names of functions', async () => {
  const development = built()
  const printed = await wrangler(['deploy', '--dry-run', '--outdir', join(folder, 'deployed')], { cwd: project })
  assert.match(printed, /env\.COUNTER \(Counter\)/)
  assert.doesNotMatch(printed, /target_features/)
  const { size, names } = built()
  assert.ok(size < development.size / 3, `${size} bytes, ${development.size} for development`)
  assert.ok(names < 5_000, `${names} bytes of names`)
})

test('workerd alone serves what it has built', async () => {
  const server = await new SelfHosted([], { cwd: project }).serve()
  try {
    assert.match(await (await server.fetch('/apples', { method: 'POST' })).text(), /^1\b/)
  } finally {
    await server.stop()
  }
})
