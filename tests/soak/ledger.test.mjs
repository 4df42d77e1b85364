/** A ledger that finds nothing proves nothing: each kind of fault is shown to it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { event } from '../harness/events.mjs'
import { Ledger, newTodo } from './ledger.mjs'

/** @param {number} count @param {number} [head] */
const events = (count, head = 0) =>
  Array.from({ length: count }, (_, index) => event(head + index, { args: newTodo('anna', 40) }))

/** The faults that `act` has a ledger find. @param {(history: import('./ledger.mjs').History) => void} act */
const faultsOf = (act) => {
  /** @type {string[]} */
  const faults = []
  act(new Ledger((what) => faults.push(what)).history('one'))
  return faults
}

test('a log that all agree on has no fault', () => {
  const log = events(5)
  const faults = faultsOf((history) => {
    history.acknowledge(log.slice(0, 3))
    const reader = history.reader()
    reader.take(log.slice(0, 2))
    reader.take(log.slice(2))
    history.reader(3).take(log.slice(3))
    history.check(log, history.head)
    assert.equal(history.head, 5)
  })
  assert.deepEqual(faults, [])
})

test('an event that is missing, comes twice or comes late is a fault', () => {
  const [first, second, third] = events(3)
  for (const [order, fault] of /** @type {const} */ ([
    [[first, third], /between the events 1 and 3 some are missing/],
    [[first, second, second], /event 2 is read after event 2/],
    [[first, second, first], /event 1 is read after event 2/],
    [[second], /between the events 0 and 2 some are missing/],
  ])) {
    const [found] = faultsOf((history) => history.reader().take([...order]))
    assert.match(found, fault)
  }
})

test('an acknowledged event that the log lacks or has changed is a fault', () => {
  const log = events(3)
  const lost = faultsOf((history) => {
    history.acknowledge(log)
    history.check(log.slice(0, 2), history.head)
  })
  assert.match(lost.join(), /the log ends with event 2, and event 3 was told of before/)
  const changed = faultsOf((history) => {
    history.acknowledge(log)
    history.check([...log.slice(0, 2), ...events(1, 2)], history.head)
  })
  assert.match(changed.join(), /event 3 was anna.* and is read as anna/)
  const cut = faultsOf((history) =>
    history.acknowledge([{ ...log[0], args: { .../** @type {any} */ (log[0].args), text: 'x' } }]),
  )
  assert.match(cut.join(), /a text of 1 characters that is not its own/)
  const doubled = faultsOf((history) => history.acknowledge([log[0], event(1, { args: log[0].args })]))
  assert.match(doubled.join(), /is event 1, and is acknowledged as event 2 too/)
})

test('after a reset another log begins', () => {
  /** @type {string[]} */
  const faults = []
  const ledger = new Ledger((what) => faults.push(what))
  ledger.history('one').acknowledge(events(3))
  ledger.history('two').acknowledge(events(2))
  assert.deepEqual([ledger.history('one').head, ledger.history('two').head], [3, 2])
  assert.deepEqual(faults, [])
})
