import { StoreInternalsSymbol } from '@livestore/livestore'
import { Effect, Schedule, Stream } from 'effect'

import type { TodoStore } from './store.ts'

export type Status = {
  /** The server answers. */
  connected: boolean
  /** Changes made in this browser that the server has not confirmed yet. */
  pending: number
}

/** Calls `show` with the status, and again after every change. */
export const watchStatus = (store: TodoStore, show: (status: Status) => void): void => {
  const status: Status = { connected: false, pending: 0 }
  const watch = <A>(changes: Stream.Stream<A, unknown>, apply: (value: A) => void) => {
    const watching = Stream.runForEach(changes, (value) =>
      Effect.sync(() => {
        apply(value)
        show(status)
      }),
    )
    // The stream ends when the tab that hosts the leader worker is closed; another tab then takes over.
    Effect.runFork(watching.pipe(Effect.ignore, Effect.repeat(Schedule.spaced('1 second'))))
  }

  watch(store.networkStatus.changes, ({ isConnected }) => {
    status.connected = isConnected
  })
  // `store.subscribeSyncStatus()` would count what the leader worker has not seen, not what the server has not.
  const { leaderThread } = store[StoreInternalsSymbol].clientSession
  watch(leaderThread.syncState.changes, ({ pending }) => {
    status.pending = pending.length
  })
}

export const describe = ({ connected, pending }: Status): string => {
  const changes = `${pending} ${pending === 1 ? 'change' : 'changes'}`
  if (connected) return pending === 0 ? 'Synced' : `Syncing ${changes}…`
  return pending === 0 ? 'Offline' : `Offline, ${changes} waiting`
}
