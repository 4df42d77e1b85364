/** The state that all clients of a run share: the server, chance, whether the run goes on, and the findings. */

import { pause } from '../harness/wait.mjs'
import { Latency } from './latency.mjs'
import { Ledger } from './ledger.mjs'
import { Random } from './random.mjs'

/** After the server was killed, or a store was reset or thrown out, connections end and requests fail so long. */
const AFTERMATH = 20_000

/** So many faults are told. */
const TOLD = 100

export class World {
  running = true
  /** Whether raw clients ping. See `tests/soak/pings/run.mjs` for the reason not to. */
  pings = false
  /** Events that were acknowledged. */
  events = 0
  /** The number of operations, by the name of the operation. @type {Map<string, number>} */
  counts = new Map()
  /** The time that operations took, by the name of the operation. @type {Map<string, Latency>} */
  latencies = new Map()
  faults = 0
  disturbances = 0
  #calm = false
  #disturbed = -Infinity

  /** @param {import('../harness/workerd.mjs').Workerd} server @param {number} seed */
  constructor(server, seed) {
    this.server = server
    this.random = new Random(seed)
  }

  /** @param {string} what */
  count(what, number = 1) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + number)
  }

  /** @param {string} operation @param {number} milliseconds */
  took(operation, milliseconds) {
    let latency = this.latencies.get(operation)
    if (latency === undefined) this.latencies.set(operation, (latency = new Latency()))
    latency.add(milliseconds)
  }

  /** Tells something that must not be. @param {string} what */
  fault(what) {
    this.faults++
    if (this.faults <= TOLD) console.log(`${new Date().toISOString()} ${what}`)
  }

  /** From now on nothing explains a failure. */
  calm() {
    this.#calm = true
  }

  get isCalm() {
    return this.#calm
  }

  /** From now on, and for some time, all connections may end. */
  disturb() {
    this.#disturbed = performance.now()
    this.disturbances++
  }

  get disturbed() {
    return performance.now() - this.#disturbed < AFTERMATH
  }

  /** Pauses for a random time that is `mean` milliseconds on average. @param {number} mean */
  async idle(mean) {
    const end = performance.now() - mean * Math.log(1 - this.random.next())
    // Not beyond the end of the run.
    while (this.running && performance.now() < end) await pause(Math.min(end - performance.now(), 250) + 1)
  }
}

/** One store, and what is known of it. */
export class Store {
  #disturbed = -Infinity
  #disturbances = 0

  /** @param {World} world @param {string} id */
  constructor(world, id) {
    this.world = world
    this.id = id
    this.ledger = new Ledger((what) => world.fault(`${id}: ${what}`))
  }

  /** From now on, and for some time, its connections may end. */
  disturb() {
    this.#disturbed = performance.now()
    this.#disturbances++
  }

  /** How often that was said. */
  get disturbances() {
    return this.world.disturbances + this.#disturbances
  }

  get disturbed() {
    return !this.world.isCalm && (this.world.disturbed || performance.now() - this.#disturbed < AFTERMATH)
  }

  /** Notes a failure, if nothing was done that explains it. @param {string} what */
  failed(what) {
    if (this.disturbed) this.world.count('failures after a disturbance')
    else this.world.fault(`${this.id}: ${what}`)
  }
}
