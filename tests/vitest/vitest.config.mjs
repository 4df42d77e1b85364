/** Cloudflare's integration for vitest, with the test worker as it is built. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const builds = process.env.WORKER_BUILDS ?? fileURLToPath(new URL('../../target/workers', import.meta.url))

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Beside those of the other tools.
  cacheDir: fileURLToPath(new URL('../../target/vitest', import.meta.url)),
  plugins: [
    cloudflareTest({
      main: join(builds, 'test-worker/index.js'),
      wrangler: { configPath: fileURLToPath(new URL('wrangler.toml', import.meta.url)) },
    }),
  ],
})
