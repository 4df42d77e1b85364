#!/usr/bin/env node
/** A store in an object, and the official adapter's, on the same workerd and disk, with the same backend. */

import { runBenchmark } from '../benchmark.mjs'
import { official, ours } from './contender.mjs'
import { committing } from './measures/commit.mjs'
import { bundle, memory } from './measures/footprint.mjs'
import { coldOpen, live, pull } from './measures/pull.mjs'
import { rows } from './measures/rows.mjs'

runBenchmark({
  script: 'tests/bench/store/run.mjs',
  measures: [
    rows,
    committing('oneByOne', 'a commit, confirmed', { perCall: 100, isEach: true }),
    committing('atOnce', '100 commits, confirmed together', { perCall: 100 }),
    committing('together', 'a commit of 100 events, confirmed', { perCall: 100 }),
    pull,
    live,
    coldOpen,
    memory,
    bundle,
  ],
  contenders: async () => [await official(), await ours()],
})
