#!/usr/bin/env node
/** Two sync backends on the same workerd and disk. */

import { runBenchmark } from './compare.mjs'
import { contender } from './contender.mjs'
import { MEASURES } from './measures/index.mjs'

const USAGE = `  --self             the official backend against itself: how much the figures vary
  --baseline WHICH   official unless given
  --candidate WHICH  rust unless given

WHICH is official, rust, floor (the least JavaScript that speaks the protocol), or a directory with a worker.`

runBenchmark({
  script: 'tests/bench/run.mjs',
  usage: USAGE,
  options: {
    self: { type: 'boolean', default: false },
    baseline: { type: 'string', default: 'official' },
    candidate: { type: 'string', default: 'rust' },
  },
  measures: MEASURES,
  contenders: async ({ self, baseline, candidate }) => [
    await contender(baseline),
    await contender(self ? baseline : candidate),
  ],
})
