import { makePersistedAdapter } from '@livestore/adapter-web'
import { createStorePromise, makeShutdownDeferred, nanoid, type Store } from '@livestore/livestore'
import { Effect } from 'effect'

import { schema } from './schema.ts'

export type TodoStore = Store<typeof schema>

/** The list to show is named in the URL; without a name it is a new one. Everyone who has the URL shares the list. */
export const storeIdFromUrl = (): string => {
  const url = new URL(location.href)
  const storeId = url.searchParams.get('store') || `todos-${nanoid(10)}`
  if (!/^[\w-]+$/.test(storeId)) throw new Error('The name of a list may have letters, digits, “-” and “_” only.')
  url.searchParams.set('store', storeId)
  history.replaceState(null, '', url)
  return storeId
}

/** Opens the database of this browser and connects it to the server. `onFailure` is told what stopped it later. */
export const openStore = async (storeId: string, onFailure: (error: unknown) => void): Promise<TodoStore> => {
  const shutdownDeferred = await Effect.runPromise(makeShutdownDeferred)
  Effect.runPromise(shutdownDeferred).then(restart, onFailure)
  return createStorePromise({ schema, adapter: makeAdapter(takeRestarted()), storeId, shutdownDeferred })
}

const makeAdapter = (restarted: boolean) =>
  makePersistedAdapter({
    storage: { type: 'opfs' },
    worker: ({ name }) => new Worker(new URL('livestore.worker.js', import.meta.url), { type: 'module', name }),
    sharedWorker: ({ name }) =>
      new SharedWorker(new URL('livestore.shared-worker.js', import.meta.url), { type: 'module', name }),
    // The fast path reads the database file itself, and does not cope with one that was just emptied.
    experimental: { disableFastPath: restarted },
  })

const RESTARTED = 'todomvc:restarted'

/** The store stopped on purpose: the server's data was reset, and LiveStore has dropped this browser's copy of it. */
const restart = () => {
  sessionStorage.setItem(RESTARTED, 'yes')
  location.reload()
}

const takeRestarted = (): boolean => {
  const restarted = sessionStorage.getItem(RESTARTED) !== null
  sessionStorage.removeItem(RESTARTED)
  return restarted
}
