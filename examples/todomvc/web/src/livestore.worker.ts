/** The leader: one per browser. Owns the database files (OPFS) and the connection to the server. */

import { makeWorker } from '@livestore/adapter-web/worker'
import { makeWsSync } from '@livestore/sync-cf/client'

import { schema } from './schema.ts'

makeWorker({
  schema,
  sync: {
    // The client adds `?storeId=…&transport=ws`, by which the server recognises it.
    backend: makeWsSync({ url: `${self.location.origin}/sync` }),
    // A browser that sees this list for the first time waits a moment for its content.
    initialSyncOptions: { _tag: 'Blocking', timeout: 2000 },
  },
})
