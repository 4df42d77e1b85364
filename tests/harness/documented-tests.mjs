/** Tables in the documentation that name the tests for what they say. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** @param {string} path from the repository's root */
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The rows of a page's first table, without its head. @param {string} page @returns {string[][]} */
export const rowsOf = (page) => {
  const [text] = read(`docs/${page}`).split('\n## ')
  const lines = text.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** A test with a title, which may begin with what it is made for. @param {string} title */
const called = (title) =>
  new RegExp(`\\b(?:test|storeTest)\\(\\s*(?:'|\`\\$\\{\\w+\\}: )${title.replaceAll(/[^\w\s]/gu, '\\$&')}['\`],`)

/**
 * Fails unless the test that a cell names is there: `module::function` of Rust, or `folder/file`: title.
 *
 * @param {string} cell
 * @param {(module: string) => string} moduleFile where a module of Rust is
 */
export const assertNamesTest = (cell, moduleFile) => {
  const [, module, name] = /^`([\w:]+)::(\w+)`$/.exec(cell) ?? []
  if (module) {
    assert.ok(read(moduleFile(module)).includes(`fn ${name}(`), cell)
    return
  }
  const [, file, title] = /^`([a-z]+\/[\w-]+)`: (.+)$/.exec(cell) ?? []
  assert.ok(file, `${cell} names no test`)
  assert.match(read(`tests/${file}.test.mjs`), called(title), cell)
}
