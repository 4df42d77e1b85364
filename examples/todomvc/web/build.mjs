// Bundles the two pages into ../dist. Run it with Node; `--debug` keeps the code readable and adds source maps.
//
// A build whose inputs have not changed is skipped: their hash is in dist/index.html, which is written last.

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = import.meta.dirname
const src = join(here, 'src')
const dist = join(here, '../dist')
const page = join(dist, 'index.html')
const debug = process.argv.includes('--debug')

const inputHash = () => {
  const sources = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256').update(`debug=${debug}\n`)
  for (const file of [fileURLToPath(import.meta.url), lockFile(), ...sources]) {
    hash.update(relative(here, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

/** The nearest package-lock.json: it changes when a bundled package does. */
const lockFile = () => {
  for (let dir = here; dir !== dirname(dir); dir = dirname(dir)) {
    const file = join(dir, 'package-lock.json')
    if (existsSync(file)) return file
  }
  throw new Error('there is no package-lock.json here or above: run `npm install` first')
}

const read = (name) => readFileSync(join(src, name), 'utf8')

const load = async (name) => {
  try {
    return await import(name)
  } catch (cause) {
    throw new Error(`cannot load '${name}': run \`npm install\` first`, { cause })
  }
}

const build = async (stamp) => {
  const esbuild = await load('esbuild')

  const { outputFiles } = await esbuild.build({
    entryPoints: {
      browser: join(src, 'browser.ts'),
      server: join(src, 'server.ts'),
      'livestore.worker': join(src, 'livestore.worker.ts'),
      'livestore.shared-worker': '@livestore/adapter-web/shared-worker',
    },
    absWorkingDir: here,
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true, // what they have in common is sent once
    format: 'esm',
    target: 'es2022',
    minify: !debug,
    sourcemap: debug,
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'import.meta.env': JSON.stringify({ DEV: false, PROD: true, SSR: false }) },
  })

  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  for (const { path, contents } of outputFiles) writeFileSync(path, contents)
  // The SQLite module looks for its wasm beside the script it was bundled into.
  cpSync(fileURLToPath(import.meta.resolve('@livestore/wa-sqlite/dist/wa-sqlite.wasm')), join(dist, 'wa-sqlite.wasm'))
  cpSync(join(src, 'style.css'), join(dist, 'style.css'))
  const list = read('list.html').trimEnd()
  for (const name of ['server.html', 'index.html']) {
    const html = read(name).replace(/^ *<!-- list.html -->$/m, () => list)
    writeFileSync(join(dist, name), `${html}<!-- build ${stamp} -->\n`)
  }
}

try {
  const stamp = inputHash()
  if (existsSync(page) && readFileSync(page, 'utf8').includes(`build ${stamp}`)) {
    console.log('todomvc pages: up to date')
  } else {
    const start = performance.now()
    await build(stamp)
    console.log(`todomvc pages: built in ${Math.round(performance.now() - start)} ms`)
  }
} catch (error) {
  // esbuild has already printed its own errors, with file and line.
  console.error(error.errors ? 'todomvc pages: build failed' : `todomvc pages: ${error.message}`)
  process.exitCode = 1
}
