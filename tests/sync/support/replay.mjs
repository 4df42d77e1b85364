/** Captured conversations with the official backend, replayed against another one. */

import { readFileSync } from 'node:fs'

import { LIMIT, within } from '../../harness/wait.mjs'

/**
 * @typedef {{ connection: number } & ({ open: string } | { send: string, binary: boolean } | { close: number })} Step
 * @typedef {{ label: string, answers: any[] }} Connection what the official backend sent over it
 * @typedef {{ steps: Step[], connections: Connection[] }} Capture
 */

/** @param {string} name @returns {Capture} */
export const readCapture = (name) => {
  const text = readFileSync(new URL(`../frames/${name}.jsonl`, import.meta.url), 'utf8')
  /** @type {Capture} */
  const capture = { steps: [], connections: [] }
  for (const line of text.split('\n').filter(Boolean)) take(capture, JSON.parse(line))
  return capture
}

/** Fails on a line it does not know: nothing in a capture goes by unseen. @param {Capture} capture @param {any} line */
const take = (capture, line) => {
  const { steps, connections } = capture
  const connection = line.conn === undefined ? connections.length - 1 : line.conn - 1
  if (line.opened !== undefined || line.kind === 'ws-upgrade') {
    const url = new URL(line.opened ?? line.url, 'ws://server')
    steps.push({ connection: connections.length, open: url.pathname + url.search })
    connections.push({ label: line.label ?? '', answers: [] })
  } else if (line.dir === 'c>s' && line.data !== undefined) {
    steps.push({ connection, send: line.data, binary: line.bin === true })
  } else if (line.dir === 's>c' && line.data !== undefined) {
    connections[connection].answers.push(JSON.parse(line.data))
  } else if (line.close !== undefined || line.kind === 'ws-close') {
    // The official backend never answers a close; either line stands for the client's own.
    steps.push({ connection, close: 1000 })
  } else if (line.mark === undefined && line.title === undefined && line.kind !== 'ws-upgrade-response') {
    throw new Error(`unknown line in a capture: ${JSON.stringify(line)}`)
  }
}

/** One socket of a replay. */
class Wire {
  /** @type {any[]} */
  answers = []
  /** @type {{ code: number, wasClean: boolean } | undefined} */
  closed
  #barriers = 0
  /** @type {() => void} */
  #wake = () => {}

  /** @param {string} url */
  constructor(url) {
    this.socket = new WebSocket(url)
    this.socket.onopen = () => this.#wake()
    this.socket.onclose = ({ code, wasClean }) => {
      this.closed = { code, wasClean }
      this.#wake()
    }
    this.socket.onmessage = ({ data }) => {
      this.answers.push(JSON.parse(data))
      this.#wake()
    }
  }

  async opened() {
    await this.#until(() => this.socket.readyState === WebSocket.OPEN, 'the socket opens')
  }

  async ended() {
    await this.#until(() => this.closed !== undefined, 'the socket closes')
  }

  /** Waits until everything sent before has been handled; frames of one socket are handled in turn. */
  async settle() {
    if (this.closed) return
    const id = `barrier-${this.#barriers++}`
    this.socket.send(JSON.stringify({ _tag: 'Request', id, tag: 'Barrier', payload: {} }))
    const passed = () => this.answers.findIndex((answer) => answer.requestId === id)
    await this.#until(() => this.closed || passed() >= 0, `an answer to ${id}`)
    if (passed() >= 0) this.answers.splice(passed(), 1)
  }

  /** @param {() => unknown} condition @param {string} what */
  async #until(condition, what) {
    const found = new Promise((resolve) => {
      this.#wake = () => condition() && resolve(undefined)
      this.#wake()
    })
    await within(found, what, LIMIT)
  }
}

/**
 * Says to `server` what the captured clients said, each frame after everything before it was handled.
 *
 * @param {{ url: string }} server
 * @param {Capture} capture
 * @returns {Promise<Wire[]>}
 */
export const replay = async (server, { steps, connections }) => {
  /** @type {Wire[]} */
  const wires = []
  const theirs = backendIdOf(connections.flatMap(({ answers }) => answers))
  for (const step of steps) {
    if ('open' in step) {
      wires.push(new Wire(server.url.replace('http', 'ws') + step.open))
      await wires[step.connection].opened()
    } else if ('close' in step) {
      wires[step.connection].socket.close(step.close)
      await wires[step.connection].ended()
    } else if (!wires[step.connection].closed) {
      const ours = backendIdOf(wires.flatMap(({ answers }) => answers))
      const text = theirs && ours ? step.send.replaceAll(theirs, ours) : step.send
      wires[step.connection].socket.send(step.binary ? new TextEncoder().encode(text) : text)
    }
    for (const wire of wires) await wire.settle()
  }
  for (const { socket } of wires) socket.close()
  return wires
}

/** @param {any[]} answers @returns {string | undefined} */
const backendIdOf = (answers) => answers.find(({ _tag }) => _tag === 'Chunk')?.values[0].backendId

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Replaces the parts that differ from run to run, and the wording of defects, which no client reads. @param {any[]} answers */
export const normalise = (answers) => {
  const id = backendIdOf(answers)
  /** @param {string} key @param {any} value */
  const replace = (key, value) => {
    if (key === 'createdAt') return ISO.test(value) ? 'TIME' : `no time: ${value}`
    if (key === 'defect' && typeof value === 'string') return 'TEXT'
    if (key === 'defect' && value?.name === 'SyntaxError') return { ...value, message: 'TEXT' }
    return id !== undefined && value === id ? 'BACKEND' : value
  }
  return answers.map((answer) => JSON.parse(JSON.stringify(answer), replace))
}

/**
 * Frames by the request they belong to, in order: clients take requests' frames independently of each other.
 *
 * @param {any[]} frames
 * @returns {Record<string, any[]>}
 */
export const byRequest = (frames) => {
  const id = (/** @type {any} */ { _tag, requestId }) => (requestId === undefined ? _tag : JSON.stringify(requestId))
  return /** @type {any} */ (Object.groupBy(frames, id))
}
