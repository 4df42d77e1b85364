/** The page whose list is in a durable object on the server. */

import { watchObject } from './object.ts'
import { find, newTodoId, setEnabled, showFailure, showProblem, showProgress, storeIdFromUrl } from './page.ts'
import type { Line } from './todo-item.ts'
import { createView } from './view.ts'

const start = () => {
  const storeId = storeIdFromUrl()
  find<HTMLAnchorElement>('.json').search = `?storeId=${storeId}`
  let todos: readonly Line[] = []

  const commit = (name: string, args: object) => {
    showProblem('')
    send(name, args)
  }
  const setCompleted = (id: string, value: boolean) => commit(value ? 'v1.TodoCompleted' : 'v1.TodoUncompleted', { id })

  const show = createView({
    create: (text) => commit('v1.TodoCreated', { id: newTodoId(), text }),
    setText: (id, text) => commit('v1.TodoTextChanged', { id, text }),
    setCompleted,
    setAllCompleted: (value) => {
      for (const { id, completed } of todos) if (completed !== value) setCompleted(id, value)
    },
    destroy: (id) => commit('v1.TodoDeleted', { id, deletedAt: new Date() }),
    clearCompleted: () => commit('v1.TodoClearedCompleted', { deletedAt: new Date() }),
  })

  const send = watchObject(storeId, {
    changed: (next, progress, connected) => {
      todos = next
      showProgress(progress)
      show(todos, progress)
      setEnabled(connected)
    },
    refused: (why) => showProblem(`The change was refused: ${why}`),
  })
}

try {
  start()
} catch (error) {
  showFailure(error)
}
