/** Our store in a durable object, with a backend of either kind in the same worker, and LiveStore's own objects. */

import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { ClientObject, withClientObjects } from './client-objects.mjs'
import { officialWorker } from './official.mjs'
import { rustWorker } from './rust.mjs'
import { startWorkerd } from './workerd.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const CLIENTS = [
  { binding: 'TODO_CLIENT', className: 'TodoClient' },
  { binding: 'BOARD', className: 'Board' },
  { binding: 'NAMELESS', className: 'Nameless' },
  { binding: 'CLIENT_DO', className: 'LiveStoreClientDO' },
  { binding: 'OPEN_CLIENT_DO', className: 'OpenClientDO' },
]

/** @typedef {'rust' | 'official'} Kind */

/** Starts workerd with our client and a backend. @param {Kind} backend */
export const startStoreClients = async (backend) => {
  const worker = await withBackend(backend)
  return startWorkerd(await withClientObjects({ ...worker, objects: [...worker.objects, ...CLIENTS] }))
}

/** Starts workerd with objects that begin as LiveStore's own clients and become ours, and a backend. @param {Kind} backend */
export const startMovingClients = async (backend) => {
  const worker = await withBackend(backend)
  const objects = [...worker.objects, { binding: 'TODO_CLIENT', className: 'Moving' }]
  return startWorkerd(await withClientObjects({ ...worker, objects }, 'moving-object.js'))
}

/** @param {Kind} backend */
const withBackend = async (backend) => {
  const ours = rustWorker('test-client')
  return backend === 'rust' ? ours : withOfficialBackend(ours)
}

/** Our worker with LiveStore's backend in the place of ours. @param {import('./config.mjs').Worker} ours */
const withOfficialBackend = async (ours) => {
  const official = await officialWorker()
  const parent = join(ROOT, 'target', 'official')
  await mkdir(parent, { recursive: true })
  const dir = await mkdtemp(join(parent, 'store-client-'))
  await cp(official.dir, dir, { recursive: true })
  await cp(join(official.dir, 'index.js'), join(dir, 'official.js'))
  await cp(join(ours.dir, 'index.js'), join(dir, 'ours.js'))
  await cp(join(ours.dir, 'index_bg.wasm'), join(dir, 'index_bg.wasm'))
  const lines = [
    "export { Board, LiveStoreClientDO, OpenClientDO, TodoClient } from './ours.js'",
    "export { SyncBackendDO } from './official.js'",
    "import official from './official.js'",
    'export default official',
  ]
  await writeFile(join(dir, 'index.js'), `${lines.join('\n')}\n`)
  return { ...official, dir }
}

/** One of our objects. @param {{ url: string }} server @param {string} name */
export const todoClient = (server, name) => new ClientObject(server, 'TODO_CLIENT', name)

/** An object of ours with two stores. @param {{ url: string }} server @param {string} name */
export const board = (server, name) => new ClientObject(server, 'BOARD', name)

/** An object of ours whose two stores have no names. @param {{ url: string }} server @param {string} name */
export const nameless = (server, name) => new ClientObject(server, 'NAMELESS', name)
