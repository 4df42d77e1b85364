import type { Todo } from './schema.ts'
import { createItem, type Item, type ItemActions } from './todo-item.ts'

export type Actions = ItemActions & {
  create(text: string): void
  setAllCompleted(completed: boolean): void
  clearCompleted(): void
}

const filters: Record<string, (todo: Todo) => boolean> = {
  '#/': () => true,
  '#/active': (todo) => !todo.completed,
  '#/completed': (todo) => todo.completed,
}

const find = <E extends HTMLElement>(selector: string): E => document.querySelector<E>(selector)!

/** Wires the page to the actions and returns the function that shows a list. */
export const createView = (actions: Actions): ((todos: readonly Todo[]) => void) => {
  const input = find<HTMLInputElement>('.new-todo')
  const toggleAll = find<HTMLInputElement>('#toggle-all')
  const list = find('.todo-list')
  const count = find('.todo-count')
  const clear = find('.clear-completed')
  const items = new Map<string, Item>()
  let todos: readonly Todo[] = []

  const itemFor = (todo: Todo): Item => {
    let item = items.get(todo.id)
    if (item === undefined) {
      item = createItem(todo.id, actions)
      items.set(todo.id, item)
    }
    item.update(todo)
    return item
  }

  const showList = (shown: readonly Todo[]) => {
    const ids = new Set(shown.map((todo) => todo.id))
    for (const [id, item] of items) {
      if (ids.has(id)) continue
      items.delete(id)
      item.element.remove()
    }
    // An element is moved only when it has to: moving one takes the focus from it.
    let next = list.firstElementChild
    for (const todo of shown) {
      const { element } = itemFor(todo)
      if (element === next) next = next.nextElementSibling
      else list.insertBefore(element, next)
    }
  }

  const render = () => {
    const hash = location.hash in filters ? location.hash : '#/'
    const left = todos.filter((todo) => !todo.completed).length

    showList(todos.filter(filters[hash]!))
    for (const part of document.querySelectorAll<HTMLElement>('.main, .footer')) part.hidden = todos.length === 0
    toggleAll.checked = left === 0
    count.textContent = `${left} ${left === 1 ? 'item' : 'items'} left`
    clear.hidden = left === todos.length
    for (const link of document.querySelectorAll<HTMLAnchorElement>('.filters a')) {
      const selected = link.getAttribute('href') === hash
      link.classList.toggle('selected', selected)
      if (selected) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
  }

  input.addEventListener('keydown', (event) => {
    const text = input.value.trim()
    if (event.key !== 'Enter' || event.isComposing || text === '') return
    actions.create(text)
    input.value = ''
  })
  toggleAll.addEventListener('change', () => actions.setAllCompleted(toggleAll.checked))
  clear.addEventListener('click', () => actions.clearCompleted())
  addEventListener('hashchange', render)

  input.disabled = false
  input.focus()

  return (next) => {
    todos = next
    render()
  }
}
