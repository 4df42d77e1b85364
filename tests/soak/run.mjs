/**
 * Many stores under all that happens to stores in months, for as long as one likes: `cargo xtask soak --help`.
 *
 * Every event that a client was told of is held against what all others are told of. The run fails when one is lost,
 * comes twice, out of order or changed, or when anything fails that nothing explains.
 */

import { parseArgs } from 'node:util'

import { withClientObjects } from '../harness/client-objects.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { eventually } from '../harness/wait.mjs'
import { startWorkerd } from '../harness/workerd.mjs'
import { exportAll, kill, leaveMemory, repeatedly, reset, storm } from './chaos.mjs'
import { call, StoreObject } from './clients/object.mjs'
import { Official } from './clients/official.mjs'
import { post, readAll } from './clients/post.mjs'
import { stall } from './clients/stalled.mjs'
import { write } from './clients/writer.mjs'
import { Curve, report } from './report.mjs'
import { Store, World } from './world.mjs'

const HELP = `Options:
  --minutes N    how long it lasts (10)
  --stores N     stores, besides two that only official clients use (20)
  --kills N      seconds from one kill of the server to the next, on average; 0 for none (180)
  --pings        raw clients ping, as LiveStore's do; workerd then keeps some objects for ever on a busy machine,
                 see docs/decisions/0014-pings-stay-with-the-platform.md
  --no-official  no stores of LiveStore's own clients, which take most of the memory
  --storm N      clients that come to a store at once, every 45 s (300)
  --seed N       decides what is done when (the time)
  --curve FILE   writes the memory of every ten seconds there, as CSV`

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    minutes: { type: 'string', default: '10' },
    stores: { type: 'string', default: '20' },
    kills: { type: 'string', default: '180' },
    pings: { type: 'boolean', default: false },
    official: { type: 'boolean', default: true },
    storm: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    curve: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

/** @param {'minutes' | 'stores' | 'kills' | 'storm' | 'seed'} name */
const numberOf = (name) => {
  const number = Number(options[name])
  if (!(number >= 0)) throw new Error(`--${name} takes a number, and not ${options[name]}`)
  return number
}

/** The share of stores that durable objects push to as well. */
const CALLED = 0.2
/** Once nothing is pushed any more. */
const CONVERGENCE_LIMIT = 90_000
const END_LIMIT = 150_000

const main = async () => {
  const [minutes, count, kills, clients, seed] = /** @type {const} */ ([
    'minutes',
    'stores',
    'kills',
    'storm',
    'seed',
  ]).map(numberOf)
  const server = await startWorkerd(await withClientObjects(rustWorker('test-soak')))
  const world = new World(server, seed)
  world.pings = options.pings
  console.log(`${count} stores for ${minutes} minutes, with the seed ${seed}`)
  const stores = Array.from({ length: count }, (_, index) => new Store(world, `soak-${index}`))
  const calm = options.official ? ['official-sockets', 'official-mixed'].map((id) => new Store(world, id)) : []
  const every = [...stores, ...calm]
  const committers = calm.length > 0 ? official(calm[0], calm[1]) : []
  const { random } = world
  const loops = [
    ...stores.flatMap((store) => [write(store, 'eva'), write(store, 'finn'), post(store, 'gail'), stall(store)]),
    ...stores.slice(0, Math.ceil(count * CALLED)).map((store) => call(store, `hugo in ${store.id}`)),
    ...committers.map((committer) => committer.commit()),
    repeatedly(world, 2_000, () => leaveMemory(random.one(every), random.chance(0.5) ? 'hibernate' : 'evict')),
    repeatedly(world, 3_000, () => exportAll(random.one(every))),
    repeatedly(world, 6_000, () => reset(random.one(stores))),
    repeatedly(world, 45_000, () => storm(random.one(stores), clients)),
  ]
  if (kills > 0) loops.push(repeatedly(world, kills * 1_000, () => kill(world)))
  const curve = new Curve(world, options.curve)
  loops.push(curve.draw())
  const end = setTimeout(() => (world.running = false), minutes * 60_000)
  await Promise.race([Promise.all(loops), curve.ends(minutes * 60_000 + END_LIMIT)])
  clearTimeout(end)

  world.calm()
  await Promise.all(every.flatMap((store) => [attempt(store, readAll), attempt(store, exportAll)]))
  for (const store of calm) {
    await converge(
      store,
      committers.filter((committer) => committer.store === store),
    )
  }
  const well = report(world, curve)
  await server.stop()
  process.exit(well ? 0 : 1)
}

/** LiveStore's own clients, in stores that are never reset. @param {Store} sockets @param {Store} mixed */
const official = (sockets, mixed) => [
  new Official(sockets, 'anna', 'ws'),
  new Official(sockets, 'ben', 'ws'),
  new Official(mixed, 'cleo', 'ws'),
  new Official(mixed, 'dan', 'http'),
  new StoreObject(mixed, 'an object'),
]

/** @param {Store} store @param {(store: Store) => Promise<unknown>} act */
const attempt = async (store, act) => {
  try {
    await act(store)
  } catch (error) {
    store.failed(`at the end: ${error}`)
  }
}

/** Checks that the log has each event of an official client once. @param {Store} store @param {{ committed: string[] }[]} committers */
const converge = async (store, committers) => {
  const expected = committers.flatMap(({ committed }) => committed).sort()
  /** @type {string[]} */
  let stored = []
  const complete = async () => {
    stored = (await readAll(store)).map(({ args }) => /** @type {any} */ (args).id)
    return stored.length >= expected.length
  }
  await eventually(complete, 'all is pushed', CONVERGENCE_LIMIT).catch(() => {})
  const lost = expected.filter((id) => !stored.includes(id))
  if (lost.length > 0 || stored.length !== expected.length) {
    store.failed(
      `official clients committed ${expected.length} events, and ${stored.length} are stored; missing: ${lost.slice(0, 20)}`,
    )
  }
}

if (options.help) console.log(HELP)
else await main()
