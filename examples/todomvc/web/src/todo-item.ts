import type { Todo } from './schema.ts'

export type ItemActions = {
  setCompleted(id: string, completed: boolean): void
  setText(id: string, text: string): void
  destroy(id: string): void
}

export type Item = { element: HTMLElement; update(todo: Todo): void }

const template = document.querySelector<HTMLTemplateElement>('#todo-item')!

/** One line of the list. Its element lives as long as the todo, so an edit survives changes that arrive meanwhile. */
export const createItem = (id: string, actions: ItemActions): Item => {
  const element = (template.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>('li')!
  const toggle = element.querySelector<HTMLInputElement>('.toggle')!
  const label = element.querySelector<HTMLElement>('label')!
  const edit = element.querySelector<HTMLInputElement>('.edit')!
  let todo: Todo

  const startEdit = () => {
    element.classList.add('editing')
    edit.value = todo.text
    edit.focus()
  }

  const endEdit = (save: boolean) => {
    if (!element.classList.contains('editing')) return
    element.classList.remove('editing')
    const text = edit.value.trim()
    if (!save || text === todo.text) return
    if (text === '') actions.destroy(id)
    else actions.setText(id, text)
  }

  toggle.addEventListener('change', () => actions.setCompleted(id, toggle.checked))
  element.querySelector('.destroy')!.addEventListener('click', () => actions.destroy(id))
  label.addEventListener('dblclick', startEdit)
  edit.addEventListener('blur', () => endEdit(true))
  edit.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) endEdit(true)
    if (event.key === 'Escape') endEdit(false)
  })

  return {
    element,
    update(next) {
      todo = next
      element.classList.toggle('completed', todo.completed)
      toggle.checked = todo.completed
      toggle.setAttribute('aria-label', `Done: ${todo.text}`)
      label.textContent = todo.text
    },
  }
}
