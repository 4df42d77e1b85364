#!/usr/bin/env node
/** Sync backends on the same workerd and disk. */

import { runBenchmark } from './benchmark.mjs'
import { contender } from './contender.mjs'
import { MEASURES } from './measures/index.mjs'

const USAGE = `  --against WHICH    may be given several times; official, floor and floor-two-tables unless given
  --candidate WHICH  rust unless given

WHICH is official, rust, floor (the least JavaScript that speaks the protocol), floor-two-tables (the same, with the tables
that a drop-in replacement must write), or a directory with a worker.`

runBenchmark({
  script: 'tests/bench/run.mjs',
  usage: USAGE,
  options: {
    against: { type: 'string', multiple: true, default: ['official', 'floor', 'floor-two-tables'] },
    candidate: { type: 'string', default: 'rust' },
  },
  measures: MEASURES,
  contenders: async ({ against, candidate }) => {
    const all = []
    for (const choice of [...against, candidate]) all.push(await contender(choice))
    // A contender may be held against itself: that shows how much the figures vary.
    const last = all[all.length - 1]
    if (all.slice(0, -1).some(({ name }) => name === last.name)) last.name = `${last.name} again`
    return all
  },
})
