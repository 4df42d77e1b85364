// The chat example as its users see it: two browsers in one room.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'

import { eventually } from '../harness/wait.mjs'
import { startWorker } from '../harness/wrangler.mjs'
import { launchBrowser } from './browser.mjs'
import { openGate } from './gate.mjs'

const cwd = resolve(import.meta.dirname, '../../examples/chat')
const { CHAT_SCREENSHOTS: screenshots } = process.env

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Somebody in front of a browser with its own network. */
class Guest {
  /**
   * @param {import('./gate.mjs').Gate} gate
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('playwright-core').Page} page
   */
  constructor(gate, browser, page) {
    this.gate = gate
    this.browser = browser
    this.page = page
  }

  /** @param {{ port: number }} worker @param {string} user @param {{ hash?: string, button?: string }} [how] */
  static async arrive(worker, user, { hash = '', button = 'text=Enter' } = {}) {
    const gate = await openGate(worker.port)
    const browser = await launchBrowser()
    const guest = new Guest(gate, browser, await browser.newPage())
    await guest.page.goto(new URL(hash, gate.url).href)
    await guest.page.fill('[name=user]', user)
    await guest.page.click(button)
    await guest.shows('#status', 'Connected')
    return guest
  }

  async leave() {
    await this.browser.close()
    this.gate.close()
  }

  /** @param {string} text */
  async say(text) {
    await this.page.fill('[name=text]', text)
    await this.page.press('[name=text]', 'Enter')
  }

  lines = () => this.page.$$eval('#lines li', (lines) => lines.map((line) => line.lastChild?.textContent?.trim()))

  /** @param {string} selector @param {string} text */
  shows = (selector, text) =>
    eventually(async () => (await this.page.textContent(selector)) === text, `${selector} shows "${text}"`)

  /** What the field with the topic shows. @param {string} text */
  topicIs = (text) =>
    eventually(async () => (await this.page.inputValue('[name=topic]')) === text, `the topic is "${text}"`)

  /** @param {string} text */
  async changeTopic(text) {
    await this.page.fill('[name=topic]', text)
    await this.page.press('[name=topic]', 'Enter')
  }

  /** Nothing on the page keeps somebody out, in light and in dark colours. @param {string} [name] of the pictures */
  async isAccessible(name = 'chat') {
    await this.page.evaluate(AXE)
    for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
      await this.page.emulateMedia({ colorScheme })
      if (screenshots) await this.page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) })
      const found = await this.page.evaluate(async () => (await /** @type {any} */ (globalThis).axe.run()).violations)
      const told = found.flatMap((/** @type {any} */ { id, help, nodes }) =>
        nodes.map((/** @type {any} */ { html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
      )
      assert.deepEqual(told, [], `in ${colorScheme} colours`)
    }
  }

  /** @param {...string} expected */
  sees = (...expected) =>
    eventually(async () => String(await this.lines()) === String(expected), `the lines are ${expected}`)
}

describe('chat', () => {
  /** @type {Awaited<ReturnType<typeof startWorker>>} */
  let worker
  /** @type {Guest} */
  let ann
  /** @type {Guest} */
  let ben

  before(async () => {
    worker = await startWorker({ cwd })
    ann = await Guest.arrive(worker, 'Ann')
    ben = await Guest.arrive(worker, 'Ben')
  })

  after(async () => {
    await ann?.leave()
    await ben?.leave()
    await worker?.stop()
  })

  afterEach(() => assert.deepEqual([...ann.browser.errors, ...ben.browser.errors], []))

  it('shows what the other says, and who is there', async () => {
    await ann.shows('#users', 'Ann, Ben')
    await ann.say('hello <b>Ben</b>')
    await ben.sees('hello <b>Ben</b>')
    await ben.say('hello Ann')
    await ann.sees('hello <b>Ben</b>', 'hello Ann')
  })

  it('shows that the other is typing, until the other stops', async () => {
    await ann.page.locator('[name=text]').pressSequentially('hm')
    await ben.shows('#typing', 'Ann is typing …')
    await ann.shows('#typing', '')
    await ann.page.fill('[name=text]', '')
    await ben.shows('#typing', '')
    await ann.page.locator('[name=text]').pressSequentially('hm')
    await ben.shows('#typing', 'Ann is typing …')
    // Ann pauses.
    await ben.shows('#typing', '')
    await ann.page.fill('[name=text]', '')
  })

  it('has one topic, which everybody can change', async () => {
    await ann.changeTopic('lunch')
    await ben.topicIs('lunch')
    await ben.shows('#author', 'by Ann')
    await ben.changeTopic('dinner')
    for (const guest of [ann, ben]) {
      await guest.topicIs('dinner')
      await guest.shows('#author', 'by Ben')
    }
    // What Ann is writing is not taken away from her. Her change is the last, and wins.
    await ann.page.fill('[name=topic]', 'break')
    await ben.changeTopic('supper')
    await ann.shows('#author', 'by Ben')
    await ben.topicIs('supper')
    await ann.topicIs('break')
    await ann.page.press('[name=topic]', 'Enter')
    for (const guest of [ann, ben]) await guest.topicIs('break')
    await ben.shows('#author', 'by Ann')
  })

  it('is accessible in light and in dark colours', async () => {
    await ann.isAccessible()
    const door = await ben.browser.newPage()
    await door.goto(ben.gate.url)
    await new Guest(ben.gate, ben.browser, door).isAccessible('chat-door')
    await door.close()
  })

  it('comes back after its connection broke, and has missed nothing', async () => {
    await ann.page.locator('[name=text]').pressSequentially('hm')
    await ben.shows('#typing', 'Ann is typing …')
    ann.gate.cut()
    await ann.shows('#status', 'Connecting …')
    await ben.shows('#users', 'Ben')
    await ben.shows('#typing', '')
    await ben.changeTopic('where is Ann?')
    await ben.say('are you there?')
    ann.gate.restore()
    await ann.shows('#status', 'Connected')
    await ann.sees('hello <b>Ben</b>', 'hello Ann', 'are you there?')
    await ann.topicIs('where is Ann?')
    await ben.shows('#users', 'Ann, Ben')
  })

  it('has private rooms for those who have the address', async () => {
    const cid = await Guest.arrive(worker, 'Cid', { button: '#private' })
    const dan = await Guest.arrive(worker, 'Dan', { hash: new URL(cid.page.url()).hash })
    try {
      await cid.say('only for you')
      await dan.sees('only for you')
      await cid.shows('#users', 'Cid, Dan')
      await cid.shows('#room h1', 'Private room')
      assert.ok(!(await ann.lines()).includes('only for you'))
      assert.deepEqual([...cid.browser.errors, ...dan.browser.errors], [])
    } finally {
      await cid.leave()
      await dan.leave()
    }
  })

  it('lets nobody into a private room that does not exist', async () => {
    const page = await ben.browser.newPage()
    await page.goto(new URL(`#room=${'0'.repeat(64)}`, ben.gate.url).href)
    await page.fill('[name=user]', 'Eve')
    await page.click('text=Enter')
    await eventually(async () => (await page.textContent('#problem')) === 'The room cannot be entered.', 'it says so')
    assert.ok(await page.isVisible('#enter'))
    await page.close()
    // The browser notes the refused connection.
    ben.browser.errors.length = 0
  })

  it('tells who speaks too fast to wait', async () => {
    for (let line = 0; line < 60 && !(await ann.page.textContent('#refusal')); line += 1) await ann.say(`line ${line}`)
    await ann.shows('#refusal', 'you are too fast: wait some seconds')
    const written = () => ann.page.inputValue('[name=text]')
    await eventually(async () => (await written()).startsWith('line'), 'the line can be sent again')
  })
})
