import { StoreInternalsSymbol } from '@livestore/livestore'
import { Effect, Schedule, Stream } from 'effect'

import { changes, syncOf, type PendingEvent, type Progress } from './progress.ts'
import type { TodoStore } from './store.ts'

/** What the leader worker knows of the server. */
type Leader = {
  /** The server answers. It is unknown at first. */
  connected: boolean | undefined
  pending: readonly PendingEvent[]
  /** The number of the last event that the server has confirmed. */
  confirmed: number
}

/** Calls `changed` with the progress: now, and after every change. */
export const watchLeader = (store: TodoStore, changed: (progress: Progress) => void): void => {
  const leader: Leader = { connected: undefined, pending: [], confirmed: 0 }
  changed(describe(leader))

  const watch = <A>(values: Stream.Stream<A, unknown>, apply: (value: A) => void) => {
    const watching = Stream.runForEach(values, (value) =>
      Effect.sync(() => {
        apply(value)
        changed(describe(leader))
      }),
    )
    // The stream ends when the tab that hosts the leader worker is closed; another tab then takes over.
    Effect.runFork(watching.pipe(Effect.ignore, Effect.repeat(Schedule.spaced('1 second'))))
  }

  watch(store.networkStatus.changes, ({ isConnected }) => {
    leader.connected = isConnected
  })
  // `store.subscribeSyncStatus()` would count what the leader worker has not seen, not what the server has not.
  const { leaderThread } = store[StoreInternalsSymbol].clientSession
  watch(leaderThread.syncState.changes, ({ pending, upstreamHead }) => {
    leader.pending = pending
    leader.confirmed = upstreamHead.global
  })
}

const describe = ({ connected, pending, confirmed }: Leader): Progress => {
  const { length } = pending
  const facts = {
    'Events confirmed': confirmed,
    'Pending': connected ? length : 0,
    'Made offline': connected ? 0 : length,
  }
  const base = { facts, sync: syncOf(pending, connected ? 'pending' : 'made offline') }
  if (connected === undefined) return { ...base, state: 'starting', text: 'Connecting…' }
  if (!connected) return { ...base, state: 'offline', text: length ? `Offline, ${changes(length)} waiting` : 'Offline' }
  if (length > 0) return { ...base, state: 'syncing', text: `Syncing ${changes(length)}…` }
  return { ...base, state: 'synced', text: 'Synced' }
}
