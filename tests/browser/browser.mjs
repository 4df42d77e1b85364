// A Chromium of its own, with a profile of its own.

import { existsSync } from 'node:fs'

import { chromium } from 'playwright-core'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { within } from '../harness/wait.mjs'

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

/** How long a browser, or a page of one, may take to open or to end. */
const START = 60_000

/** @typedef {Awaited<ReturnType<typeof launchBrowser>>} Browser */

/** `errors` fills with what no page or worker may have: uncaught exceptions and logged errors. */
export const launchBrowser = async () => {
  const profile = temporaryDirectory('browser')
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath: executablePath(),
    headless: true,
    timeout: START,
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

  /** @type {string[]} */
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
    newPage: () => within(context.newPage(), 'a page opens', START),
    close: async () => {
      await within(context.close(), 'the browser ends', START)
      profile.remove()
    },
  }
}
