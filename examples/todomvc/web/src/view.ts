import { find } from './page.ts'
import type { Progress } from './progress.ts'
import { createItem, type Item, type ItemActions, type Line } from './todo-item.ts'

export type Actions = ItemActions & {
  create(text: string): void
  setAllCompleted(completed: boolean): void
  clearCompleted(): void
}

const filters: Record<string, (todo: Line) => boolean> = {
  '#/': () => true,
  '#/active': (todo) => !todo.completed,
  '#/completed': (todo) => todo.completed,
}

/** Wires the list to the actions, and returns the function that shows one. */
export const createView = (actions: Actions): ((todos: readonly Line[], progress: Progress) => void) => {
  const input = find<HTMLInputElement>('.new-todo')
  const toggleAll = find<HTMLInputElement>('#toggle-all')
  const list = find('.todo-list')
  const count = find('.todo-count')
  const clear = find('.clear-completed')
  const items = new Map<string, Item>()
  let render = () => {}

  /** Takes a line away. The focus goes to a line beside it, or to the input. */
  const remove = ({ element }: Item) => {
    const neighbour = element.nextElementSibling ?? element.previousElementSibling
    const next = neighbour?.querySelector<HTMLElement>('.toggle') ?? input
    if (element.contains(document.activeElement)) next.focus()
    element.remove()
  }

  const showList = (shown: readonly Line[], progress: Progress) => {
    const ids = new Set(shown.map((todo) => todo.id))
    for (const [id, item] of items) {
      if (ids.has(id)) continue
      items.delete(id)
      remove(item)
    }
    // An element is moved only when it has to: moving one takes the focus from it.
    let next = list.firstElementChild
    for (const todo of shown) {
      const item = items.get(todo.id) ?? createItem(todo.id, actions)
      items.set(todo.id, item)
      item.update(todo, progress.sync(todo.id))
      if (item.element === next) next = next.nextElementSibling
      else list.insertBefore(item.element, next)
    }
  }

  input.addEventListener('keydown', (event) => {
    const text = input.value.trim()
    if (event.key !== 'Enter' || event.isComposing || text === '') return
    actions.create(text)
    input.value = ''
  })
  toggleAll.addEventListener('change', () => actions.setAllCompleted(toggleAll.checked))
  clear.addEventListener('click', () => {
    actions.clearCompleted()
    input.focus() // the button is about to vanish
  })
  addEventListener('hashchange', () => render())

  return (todos, progress) => {
    render = () => {
      const hash = location.hash in filters ? location.hash : '#/'
      const left = todos.filter((todo) => !todo.completed).length

      showList(todos.filter(filters[hash]!), progress)
      find('.footer').hidden = toggleAll.hidden = todos.length === 0
      toggleAll.checked = left === 0
      const items = `${left} ${left === 1 ? 'item' : 'items'} left`
      // A screen reader reads the count whenever it is written.
      if (count.textContent !== items) count.textContent = items
      clear.hidden = left === todos.length
      for (const link of document.querySelectorAll<HTMLAnchorElement>('.filters a')) {
        if (link.getAttribute('href') === hash) link.setAttribute('aria-current', 'page')
        else link.removeAttribute('aria-current')
      }
    }
    render()
  }
}
