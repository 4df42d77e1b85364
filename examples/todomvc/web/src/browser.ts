/** The page whose list is in the browser. */

import { queryDb } from '@livestore/livestore'

import { watchLeader } from './leader.ts'
import { newTodoId, setEnabled, showFailure, showProgress, storeIdFromUrl } from './page.ts'
import type { Progress } from './progress.ts'
import { events, tables } from './schema.ts'
import { openStore } from './store.ts'
import { createView } from './view.ts'

const todos$ = queryDb(tables.todos.where({ deletedAt: null }).orderBy('id', 'asc'), { label: 'todos' })

const start = async () => {
  const store = await openStore(storeIdFromUrl(), showFailure)

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

  let progress: Progress
  const showAll = () => show(store.query(todos$), progress)
  watchLeader(store, (next) => {
    progress = next
    showProgress(progress)
    showAll()
  })
  store.subscribe(todos$, showAll)
  setEnabled(true)
}

start().catch(showFailure)
