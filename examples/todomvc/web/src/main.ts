import { nanoid, queryDb } from '@livestore/livestore'

import { events, tables } from './schema.ts'
import { describe, watchStatus } from './status.ts'
import { openStore, storeIdFromUrl } from './store.ts'
import { createView } from './view.ts'

const todos$ = queryDb(tables.todos.where({ deletedAt: null }).orderBy('id', 'asc'), { label: 'todos' })

/** Begins with the time, so that the order of the ids is the order of creation in every browser. */
const newTodoId = () => `${Date.now().toString(36)}-${nanoid(8)}`

const find = (selector: string) => document.querySelector<HTMLElement>(selector)!

const showStatus = (state: 'starting' | 'online' | 'offline' | 'failed', text: string) => {
  find('.status').dataset.state = state
  find('.status').textContent = text
}

const showFailure = (error: unknown) => {
  console.error(error)
  showStatus('failed', 'Stopped')
  find('.card').inert = true
  find('.problem').textContent = error instanceof Error ? error.message : String(error)
}

const start = async () => {
  const storeId = storeIdFromUrl()
  find('.store-id').textContent = storeId
  const store = await openStore(storeId, showFailure)

  const completed = (id: string, value: boolean) =>
    value ? events.todoCompleted({ id }) : events.todoUncompleted({ id })

  const show = createView({
    create: (text) => store.commit(events.todoCreated({ id: newTodoId(), text })),
    setText: (id, text) => store.commit(events.todoTextChanged({ id, text })),
    setCompleted: (id, value) => store.commit(completed(id, value)),
    setAllCompleted: (value) => {
      const changed = store.query(todos$).filter((todo) => todo.completed !== value)
      store.commit(...changed.map((todo) => completed(todo.id, value)))
    },
    destroy: (id) => store.commit(events.todoDeleted({ id, deletedAt: new Date() })),
    clearCompleted: () => store.commit(events.todoClearedCompleted({ deletedAt: new Date() })),
  })

  store.subscribe(todos$, show)
  showStatus('starting', 'Connecting…')
  watchStatus(store, (status) => showStatus(status.connected ? 'online' : 'offline', describe(status)))
}

start().catch(showFailure)
