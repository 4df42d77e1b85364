// A Chromium of its own, with a profile of its own.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const executablePath = () => {
  const path = process.env.CHROMIUM ?? usualPlaces.find(existsSync)
  if (path === undefined) throw new Error('no Chromium found: install it, or set CHROMIUM to its path')
  return path
}

/** `errors` fills with what no page or worker may have: uncaught exceptions and logged errors. */
export const launchBrowser = async () => {
  const profile = mkdtempSync(join(tmpdir(), 'browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executablePath(),
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0, // it refuses to run as root
    viewport: { width: 800, height: 640 },
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  context.setDefaultTimeout(10_000)

  const errors = []
  context.on('weberror', (error) => errors.push(String(error.error().stack)))
  context.on('console', (message) => {
    // The browser itself logs every connection that fails while a test has cut the network.
    if (message.type() === 'error' && !/WebSocket connection to|net::ERR_/.test(message.text())) {
      errors.push(message.text())
    }
  })

  return {
    errors,
    newPage: () => context.newPage(),
    close: async () => {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
