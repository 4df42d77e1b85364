/** A project outside of this workspace, with the crate of this workspace in the place of the published one. */

import { execFile } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Whatever a build or an installation leaves in the folder of an example. */
const GENERATED = ['.wrangler', 'build', 'dist', 'node_modules', 'target', 'Cargo.lock', 'package-lock.json']

/** Copies an example as people do. @param {string} name @param {string} path */
export const copyExample = (name, path) => {
  const filter = (/** @type {string} */ source) => !GENERATED.includes(basename(source))
  cpSync(join(ROOT, 'examples', name), path, { recursive: true, filter })
  appendFileSync(join(path, 'Cargo.toml'), `\n[patch.crates-io]\ndurable-object.path = "${join(ROOT, 'runtime')}"\n`)
}

/**
 * Has a project share the dependencies that every other test has. They need not be built again if only the worker itself
 * is stripped, and they are as cargo strips a release without being told.
 *
 * @param {string} path
 * @param {string} name
 */
export const shareDependencies = (path, name) => {
  cpSync(join(ROOT, 'Cargo.lock'), join(path, 'Cargo.lock'))
  const config = join(path, '.cargo/config.toml')
  const text = readFileSync(config, 'utf8').replace('\nstrip = true\n', '\nstrip = "debuginfo"\n')
  writeFileSync(config, `${text}\n[profile.release.package.${name}]\nstrip = true\n`)
}

/**
 * All that a command in a project prints; fails if it does.
 *
 * @param {string} cwd
 * @param {string} program
 * @param {...string} args
 */
export const run = async (cwd, program, ...args) => {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, timeout: 600_000 })
  return stdout + stderr
}
