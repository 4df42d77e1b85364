// People who look at lists of the todomvc example.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

import { eventually } from '../harness/wait.mjs'
import { launchBrowser } from './browser.mjs'
import { openGate } from './gate.mjs'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Each run of the tests writes what it has seen. */
const SCREENSHOTS = join(ROOT, 'target/screenshots')

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A person in front of a browser with its own network, looking at a list on one of the two pages. */
export class Visitor {
  /**
   * @param {import('./gate.mjs').Gate} gate
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('playwright-core').Page} page
   * @param {string} url
   */
  constructor(gate, browser, page, url) {
    this.gate = gate
    this.browser = browser
    this.page = page
    this.url = url
  }

  /** @param {{ port: number }} worker @param {string} storeId @param {'/' | '/server'} path of the page */
  static async arrive(worker, storeId, path = '/') {
    const gate = await openGate(worker.port)
    const browser = await launchBrowser()
    const visitor = new Visitor(gate, browser, await browser.newPage(), `${gate.url}${path}?store=${storeId}`)
    await visitor.load()
    return visitor
  }

  async leave() {
    await this.browser.close()
    this.gate.close()
  }

  async open() {
    this.page = await this.browser.newPage()
    await this.load()
  }

  async load() {
    await this.page.goto(this.url)
    await this.ready()
  }

  ready = () => this.page.locator('.new-todo:enabled').waitFor()

  /** @param {string} text */
  item = (text) => this.page.locator('.todo-list li', { has: this.page.getByText(text, { exact: true }) })

  /** @param {...string} texts */
  async add(...texts) {
    for (const text of texts) {
      await this.page.fill('.new-todo', text)
      await this.page.press('.new-todo', 'Enter')
    }
  }

  /** @param {string} text */
  toggle = (text) => this.item(text).locator('.toggle').click()

  /** @param {string} text @param {string} next */
  async edit(text, next, key = 'Enter') {
    const item = await this.item(text).elementHandle()
    const shown = await item?.$('.text')
    assert.ok(shown)
    await shown.dblclick()
    const input = await item?.$('.edit')
    assert.ok(input)
    await input.fill(next)
    await input.press(key)
  }

  /** @param {string} text */
  async destroy(text) {
    await this.item(text).hover()
    await this.item(text).locator('.destroy').click()
  }

  /** The list as lines of text, e.g. `x milk` for a completed todo and `- milk` for another. */
  list = () =>
    this.page.$$eval('.todo-list li', (items) =>
      items.map((item) => {
        const toggle = /** @type {HTMLInputElement} */ (item.querySelector('.toggle'))
        return `${toggle.checked ? 'x' : '-'} ${item.querySelector('.text')?.textContent}`
      }),
    )

  /** How far the changes of a todo are. @param {string} text */
  mark = (text) => this.item(text).locator('.sync').textContent()

  /** @param {string} text @param {string} mark */
  hasMark = (text, mark) =>
    eventually(async () => (await this.mark(text)) === mark, `"${text}" is marked "${mark}"`, 20_000)

  /** The figures under the list are these, and maybe others. @param {Record<string, string>} expected */
  hasFacts = (expected) =>
    eventually(
      async () => {
        const shown = await this.page.$$eval('.facts div', (facts) =>
          facts.map((fact) => [fact.querySelector('dt')?.textContent, fact.querySelector('dd')?.textContent]),
        )
        const facts = Object.fromEntries(shown)
        return Object.entries(expected).every(([name, figure]) => facts[name] === figure)
      },
      `the figures are ${JSON.stringify(expected)}`,
    )

  status = () => this.page.textContent('.status')

  /** @param {...string} expected */
  async sees(...expected) {
    /** @type {string[] | undefined} */
    let seen
    const asExpected = async () => {
      seen = await this.list().catch(() => ['(the page is reloading)'])
      return JSON.stringify(seen) === JSON.stringify(expected)
    }
    await eventually(asExpected, () => `the list is ${expected}, not ${seen}`, 20_000)
  }

  /** @param {RegExp} pattern */
  hasStatus = (pattern) => {
    /** @type {string | null} */
    let seen
    const asExpected = async () => pattern.test((seen = await this.status()) ?? '')
    return eventually(asExpected, () => `the status of ${this.page.url()} is ${pattern}, not "${seen}"`, 20_000)
  }

  /** The focus is on the control with this label. @param {string} label */
  isAt = (label) => {
    /** @type {string | null | undefined} */
    let focused
    const asExpected = async () => {
      focused = await this.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
      return focused === label
    }
    return eventually(asExpected, () => `the focus of ${this.page.url()} is on "${label}", not "${focused}"`)
  }

  /** @param {string} name */
  screenshot = (name) => this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })

  /** Nothing on the page keeps somebody out, in light and in dark colours. */
  async isAccessible() {
    await this.page.evaluate(AXE)
    for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
      await this.page.emulateMedia({ colorScheme })
      const found = await this.page.evaluate(async () => (await /** @type {any} */ (globalThis).axe.run()).violations)
      const told = found.flatMap((/** @type {any} */ { id, help, nodes }) =>
        nodes.map((/** @type {any} */ { html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
      )
      assert.deepEqual(told, [], `${this.page.url()} in ${colorScheme} colours`)
    }
  }
}

/**
 * Writes one picture of both pages.
 *
 * @param {Visitor} left
 * @param {Visitor} right
 * @param {'light' | 'dark'} colorScheme
 */
export const photographPair = async (left, right, colorScheme) => {
  const pictures = []
  for (const { page } of [left, right]) {
    await page.emulateMedia({ colorScheme })
    await page.mouse.move(0, 0)
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur())
    pictures.push((await page.screenshot()).toString('base64'))
  }
  const sheet = await left.browser.newPage()
  const size = left.page.viewportSize() ?? { width: 0, height: 0 }
  await sheet.setViewportSize({ width: 2 * size.width, height: size.height })
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture}">`)
  await sheet.setContent(`<body style="display: flex; margin: 0">${images.join('')}</body>`)
  await sheet.screenshot({ path: join(SCREENSHOTS, `todomvc-pair-${colorScheme}.png`) })
  await sheet.close()
}
