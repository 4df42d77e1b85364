/** TypeScript's compiler looks at a worker that calls Rust objects. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))

test('right calls compile, wrong calls do not', () => {
  const types = join(process.env.WORKER_TYPES ?? here('../../target/types'), 'test-worker.d.ts')
  assert.ok(existsSync(types), `no ${types}; write it with: cargo xtask types test-worker --out ${types}`)
  const program = ts.createProgram([here('worker.ts'), here('everything.ts')], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['@cloudflare/workers-types'],
    paths: { 'test-worker': [types], everything: [here('../../runtime/src/typescript/tests/everything.d.ts')] },
  })
  // Every wrong call is marked `@ts-expect-error`, so a wrong call that compiles is an error as well.
  const mistakes = ts.getPreEmitDiagnostics(program)
  assert.equal(mistakes.length, 0, ts.formatDiagnostics(mistakes, ts.createCompilerHost({})))
})
