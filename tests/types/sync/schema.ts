/** The store of the documented client. */

import { Events, makeSchema, Schema, State } from '@livestore/livestore'

const tables = { notes: State.SQLite.table({ name: 'notes', columns: { id: State.SQLite.text({ primaryKey: true }) } }) }
const events = { added: Events.synced({ name: 'v1.NoteAdded', schema: Schema.Struct({ id: Schema.String }) }) }
const materializers = State.SQLite.materializers(events, { 'v1.NoteAdded': ({ id }) => tables.notes.insert({ id }) })

export const schema = makeSchema({ events, state: State.SQLite.makeState({ tables, materializers }) })
export const storeId = 'notes'
