/** The output of a run: a line now and then, and a report at the end. */

import { appendFileSync, writeFileSync } from 'node:fs'

import { pause } from '../harness/wait.mjs'
import { memoryOf } from './memory.mjs'

/** @typedef {import('./world.mjs').World} World */

const INTERVAL = 10_000
const LINE = 60_000

/** Of a panic, or of a worker that could not go on. */
const TROUBLE = /ObjectCrashed|panicked at|RuntimeError|\*\*\* Fatal/

/** The server's memory in the course of the run. */
export class Curve {
  /** @type {{ minute: number, owners: Record<import('./memory.mjs').Owner, number> }[]} */
  points = []
  #begun = performance.now()

  /** @param {World} world @param {string} [file] */
  constructor(world, file) {
    this.world = world
    this.file = file
    if (file) writeFileSync(file, 'minute,V8,wasm,native,files\n')
  }

  async draw() {
    const { world } = this
    let told = -Infinity
    /** @type {string | undefined} */
    let lastTrouble
    while (world.running) {
      await pause(INTERVAL)
      const { pid, log } = world.server
      const trouble = TROUBLE.exec(log)
      // The log keeps it for a while: it is told once.
      if (trouble && trouble[0] !== lastTrouble) {
        world.fault(`the server's log says ${log.slice(trouble.index, trouble.index + 300)}`)
      }
      lastTrouble = trouble?.[0]
      if (pid === undefined) {
        if (!world.disturbed) world.fault('the server has ended by itself')
        continue
      }
      this.#point(pid)
      if (performance.now() - told < LINE) continue
      told = performance.now()
      console.log(this.#line())
    }
  }

  /** Fails when the run does not end. @param {number} milliseconds */
  async ends(milliseconds) {
    await pause(milliseconds)
    this.world.fault('the clients did not come to an end')
  }

  /** @param {number} pid */
  #point(pid) {
    const minute = (performance.now() - this.#begun) / 60_000
    const owners = memoryOf(pid)
    this.points.push({ minute, owners })
    if (this.file) {
      appendFileSync(this.file, `${[minute, ...Object.values(owners)].map((value) => value.toFixed(2)).join()}\n`)
    }
  }

  #line() {
    const { minute, owners } = this.points[this.points.length - 1]
    const { events, faults } = this.world
    return `minute ${minute.toFixed(1)}: ${events} events, ${faults} faults, ${described(owners)}`
  }
}

/** @param {Record<string, number>} owners */
const described = (owners) => {
  const total = Object.values(owners).reduce((sum, value) => sum + value, 0)
  const parts = Object.entries(owners).map(([owner, value]) => `${owner} ${value.toFixed(1)}`)
  return `${total.toFixed(0)} MiB (${parts.join(', ')})`
}

/**
 * Tells all but the faults, which were told when they were found, and whether all was well.
 *
 * @param {World} world
 * @param {Curve} curve
 */
export const report = (world, curve) => {
  console.log(`\n${world.events} events were acknowledged`)
  for (const [what, count] of [...world.counts].sort()) console.log(`${String(count).padStart(8)} ${what}`)
  console.log('\nmilliseconds                  count      half      99 %   longest')
  for (const [operation, latency] of [...world.latencies].sort()) {
    const figures = [latency.quantile(0.5), latency.quantile(0.99), latency.longest].map((value) =>
      value.toFixed(1).padStart(10),
    )
    console.log(`${operation.padEnd(24)}${String(latency.count).padStart(11)}${figures.join('')}`)
  }
  const highest = curve.points.reduce((most, { owners }) => Math.max(most, sum(owners)), 0)
  console.log(`\nmemory: at most ${highest.toFixed(0)} MiB; at the end ${described(curve.points.at(-1)?.owners ?? {})}`)
  console.log(`\n${world.faults} faults`)
  return world.faults === 0
}

/** @param {Record<string, number>} owners */
const sum = (owners) => Object.values(owners).reduce((total, value) => total + value, 0)
