/** Worker modules, bundled as users' bundlers do it. */

import { build } from 'esbuild'

/** @param {import('esbuild').BuildOptions} options */
export const bundleWorker = ({ external = [], ...options }) =>
  build({
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*', ...external],
    // Wasm stays a module of its own.
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    logLevel: 'error',
    ...options,
  })
