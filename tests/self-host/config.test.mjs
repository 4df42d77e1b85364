/** The folder of `durable-object self-host`, with everything that it can serve, on workerd. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { CLI, SelfHosted } from '../harness/self-host.mjs'
import { BINARY } from '../harness/server.mjs'

/** A worker in JavaScript. The native tests have the text of its configuration. */
const FIXTURE = fileURLToPath(new URL('../../cli/tests/self-host/full', import.meta.url))

/** @type {SelfHosted} */
let server

before(async () => {
  server = await new SelfHosted([], { cwd: FIXTURE, env: { API_KEY: 'k"e\\y', TOKEN: '' } }).serve()
})
after(() => server?.stop())

/** @param {string} path @param {RequestInit} [init] */
const text = async (path, init) => (await server.fetch(path, init)).text()

/**
 * The answer to a path that `fetch` would not send like this: it resolves `..` itself.
 *
 * @param {string} path
 * @returns {Promise<{ status: number | undefined, location: string | undefined, body: string }>}
 */
const raw = (path) =>
  new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', path, agent: false }, (response) => {
      const { statusCode: status, headers } = response
      let body = ''
      response.on('data', (data) => (body += data))
      response.on('end', () => resolve({ status, location: headers.location, body }))
    })
    sent.once('error', reject).end()
  })

/** The answer after one redirection to the same path in another form. @param {string} path */
const settled = async (path) => {
  const first = await raw(path)
  if (first.status !== 307) return first
  const { location } = first
  assert.match(location ?? '', /^\/(?!\/)/, 'it stays on this server')
  return raw(/** @type {string} */ (location))
}

test('the worker has its variables, and its secrets from the environment of the process', async () => {
  assert.deepEqual(JSON.parse(await text('/api/env')), {
    PLAIN: 'two words',
    QUOTED: 'a "b" \\ c\nd\te\u0001\u007f é 😀 ${HOME} %h',
    LIMITS: { calls: 3, names: ['a', '"b"'] },
    FACTOR: 0.5,
    API_KEY: 'k"e\\y',
    TOKEN: '',
  })
})

test('no secret is in the folder', () => {
  for (const entry of readdirSync(server.out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const content = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    assert.ok(!content.includes('k"e'), entry.name)
  }
})

test('the worker has its modules, its files and itself', async () => {
  assert.deepEqual(JSON.parse(await text('/api/modules')), ['a note\n', 3])
  assert.deepEqual(JSON.parse(await text('/api/self')), ['a note\n', 3])
  assert.equal(await text('/api/admin'), 'admin')
  assert.equal(await text('/api/file'), 'export {}\n')
})

test('the scheme of a URL is that of the client of the proxy', async () => {
  const headers = { 'X-Forwarded-Proto': 'https' }
  assert.equal(await text('/api/url', { headers }), `https://127.0.0.1:${server.port}/api/url`)
  assert.equal(await text('/api/url'), `${server.url}/api/url`)
})

test('files are served by the rules of the configuration and of their folder', async () => {
  const index = await server.fetch('/')
  assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.equal(await index.text(), '<h1>shop</h1>\n')
  const script = await server.fetch('/a.js')
  assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8')
  assert.equal(script.headers.get('x-from'), '"rules"')
  const again = await server.fetch('/a.js', { headers: { 'If-None-Match': script.headers.get('etag') ?? '' } })
  assert.equal(again.status, 304)
  const moved = await server.fetch('/old')
  assert.deepEqual([moved.status, moved.headers.get('location')], [301, '/a.js'])
})

test('what is not public is not served', async () => {
  const paths = ['/draft.md', '/_headers', '/_redirects', '/.assetsignore', '/config.capnp', '/worker/index.js']
  const outside = ['/../config.capnp', '/%2e%2e/config.capnp', '/..%2fconfig.capnp', '/a.js/../../config.capnp']
  for (const path of [...paths, ...outside, '/..%5cconfig.capnp', '//etc/passwd', '/%2fetc%2fpasswd', '/a.js%00']) {
    const { status, body } = await settled(path)
    assert.deepEqual([path, status, body], [path, 404, 'nothing here\n'])
  }
})

test('the worker reaches no private address', async () => {
  assert.equal(await text('/api/private'), 'refused')
})

test('objects are in the folder of the first name of their class', async () => {
  assert.equal(await text('/api/room'), '1')
  assert.ok(readdirSync(server.data).includes('shop-Chat'))
  assert.equal(await server.terminate(), 0)
  await server.serve()
  assert.equal(await text('/api/room'), '2')
})

test('a second process on the same data ends at once', () => {
  const [program, ...args] = server.command.split(' ')
  const second = spawnSync(program, args, { cwd: server.out, timeout: 10_000 })
  assert.deepEqual([second.status, second.signal], [1, null])
  assert.equal(server.running, true)
})

test('the container and the guide name the workerd of these tests', () => {
  const path = fileURLToPath(new URL('../../node_modules/workerd/package.json', import.meta.url))
  const { version } = JSON.parse(readFileSync(path, 'utf8'))
  assert.ok(readFileSync(join(server.out, 'Dockerfile'), 'utf8').includes(`workerd@${version} `))
  const guide = readFileSync(fileURLToPath(new URL('../../docs/self-hosting.md', import.meta.url)), 'utf8')
  assert.deepEqual([...new Set(guide.match(/\b1\.20\d{6}\.\d+/g))], [version])
})

/** A worker of a date that no release serves yet. */
const LATE = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "late", worker = .late)], sockets = []);
const late :Workerd.Worker = (
  modules = [(name = "late.js", esModule = "export default {}")],
  compatibilityDate = "2099-01-01",
);
`

test('the newest date that the command takes is that of workerd', () => {
  const { path, remove } = temporaryDirectory('late')
  const wrangler = { name: 'late', main: 'build/late.js', compatibility_date: '2099-01-01' }
  writeFileSync(join(path, 'wrangler.json'), JSON.stringify(wrangler))
  writeFileSync(join(path, 'late.capnp'), LATE)
  const complaint = (/** @type {string} */ program, /** @type {string[]} */ ...args) =>
    spawnSync(program, args, { cwd: path, encoding: 'utf8', timeout: 10_000 }).stderr
  const [, newest] = complaint(BINARY, 'serve', 'late.capnp').match(/newest date .* is "([-\d]+)"/) ?? []
  assert.match(complaint(CLI, 'self-host'), new RegExp(`serves dates until ${newest}:`))
  remove()
})
