/** The configuration `workerd serve` reads, for a worker given as a directory of modules. */

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'

/**
 * A built worker, as the build commands leave it.
 *
 * @typedef {object} Worker
 * @property {string} dir modules: `index.js` is the main one, `*.wasm` and other `*.js` go by their relative names
 * @property {{ binding: string, className: string, sqlite?: boolean }[]} objects Durable Object classes, with SQLite
 *   unless they say otherwise
 * @property {string} compatibilityDate
 * @property {string[]} [flags] compatibility flags
 * @property {Record<string, string>} [text] text bindings
 * @property {Record<string, string>} [bindings] other bindings, as workerd writes them: `json = "1"`
 * @property {string[]} [network] the addresses that it may fetch, as workerd writes them: `private`; none by default
 * @property {string[]} [front] paths of modules in front of the worker's: the first is the main one
 */

export const MAIN_MODULE = 'index.js'

const UNSAFE = 'unsafe_module'

/** A worker that may take objects out of memory. @param {Worker} worker @returns {Worker} */
export const unsafe = (worker) => ({ ...worker, flags: [...(worker.flags ?? []), UNSAFE] })

/** @param {Worker} worker */
export const isUnsafe = (worker) => worker.flags?.includes(UNSAFE)

/**
 * The names of a worker's modules, the main one first.
 *
 * @param {string} dir
 * @returns {string[]}
 */
export const listModules = (dir) => {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(js|mjs|wasm)$/.test(entry.name))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => name !== MAIN_MODULE)
    .sort()
  return [MAIN_MODULE, ...names]
}

/**
 * Writes the configuration into `folder` and returns its path.
 *
 * @param {string} folder
 * @param {Worker} worker
 * @param {string} storage directory the objects are kept in
 */
export const writeConfig = (folder, worker, storage) => {
  mkdirSync(storage, { recursive: true })
  // `embed` takes paths relative to the configuration only.
  symlinkSync(worker.dir, join(folder, 'worker'))
  for (const path of worker.front ?? []) symlinkSync(path, join(folder, basename(path)))
  const path = join(folder, 'config.capnp')
  writeFileSync(path, render(worker, storage))
  return path
}

/** @param {string} text */
const quote = (text) => JSON.stringify(text)

/** @param {string[]} items */
const list = (items) => `[\n${items.map((item) => `    ${item},\n`).join('')}  ]`

/** @param {string} name @param {string} [path] */
const moduleOf = (name, path = `worker/${name}`) => {
  const kind = name.endsWith('.wasm') ? 'wasm' : 'esModule'
  return `(name = ${quote(name)}, ${kind} = embed ${quote(path)})`
}

/** @param {Worker} worker */
const modulesOf = (worker) => [
  ...(worker.front ?? []).map((path) => moduleOf(basename(path), basename(path))),
  ...listModules(worker.dir).map((name) => moduleOf(name)),
]

/** @param {Worker} worker @param {string} storage */
const render = (worker, storage) => {
  const namespaces = worker.objects.map(
    ({ className, sqlite = true }) =>
      `(className = ${quote(className)}, uniqueKey = ${quote(className)}, enableSql = ${sqlite})`,
  )
  const bindings = [
    ...worker.objects.map(
      ({ binding, className }) => `(name = ${quote(binding)}, durableObjectNamespace = ${quote(className)})`,
    ),
    ...Object.entries(worker.text ?? {}).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`),
    ...Object.entries(worker.bindings ?? {}).map(([name, value]) => `(name = ${quote(name)}, ${value})`),
  ]
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "storage", disk = (path = ${quote(storage)}, writable = true)),
    (name = "internet", network = (allow = [${(worker.network ?? []).map(quote).join(', ')}])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = ${list(modulesOf(worker))},
  compatibilityDate = ${quote(worker.compatibilityDate)},
  compatibilityFlags = ${list((worker.flags ?? []).map(quote))},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);
`
}
