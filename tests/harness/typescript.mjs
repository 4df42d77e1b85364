/** TypeScript's compiler, as strict as it can be. */

import { fileURLToPath } from 'node:url'

import ts from 'typescript'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/**
 * Returns the compiler's errors in these files, or an empty text. The files may use the types of Cloudflare's runtime.
 *
 * @param {string[]} files
 * @param {ts.CompilerOptions} [options]
 */
export const mistakes = (files, options) => {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    typeRoots: [MODULES],
    types: ['@cloudflare/workers-types'],
    ...options,
  })
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), ts.createCompilerHost({}))
}
