import type { Sync } from './progress.ts'

/** What is shown of a todo. */
export type Line = { readonly id: string; readonly text: string; readonly completed: boolean }

export type ItemActions = {
  setCompleted(id: string, completed: boolean): void
  setText(id: string, text: string): void
  destroy(id: string): void
}

export type Item = { element: HTMLElement; update(todo: Line, sync: Sync): void }

const template = document.querySelector<HTMLTemplateElement>('#todo-item')!

/** One line of the list. Its element lives as long as the todo, so an edit survives changes that arrive meanwhile. */
export const createItem = (id: string, actions: ItemActions): Item => {
  const element = (template.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>('li')!
  const find = <E extends HTMLElement>(selector: string) => element.querySelector<E>(selector)!
  const [toggle, edit] = [find<HTMLInputElement>('.toggle'), find<HTMLInputElement>('.edit')]
  const [text, mark] = [find('.text'), find('.sync')]
  const [rename, destroy] = [find('.rename'), find('.destroy')]
  let todo: Line

  const startEdit = () => {
    if (edit.matches(':disabled')) return
    element.classList.add('editing')
    edit.value = todo.text
    edit.focus()
  }

  const endEdit = (save: boolean) => {
    if (!element.classList.contains('editing')) return
    element.classList.remove('editing')
    const next = edit.value.trim()
    if (!save || next === todo.text) return
    if (next === '') actions.destroy(id)
    else actions.setText(id, next)
  }

  toggle.addEventListener('change', () => actions.setCompleted(id, toggle.checked))
  destroy.addEventListener('click', () => actions.destroy(id))
  rename.addEventListener('click', startEdit)
  text.addEventListener('dblclick', startEdit)
  edit.addEventListener('blur', () => endEdit(true))
  edit.addEventListener('keydown', (event) => {
    if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return
    event.preventDefault() // or the key would press the button that gets the focus
    endEdit(event.key === 'Enter')
    rename.focus()
  })

  return {
    element,
    update(next, sync) {
      todo = next
      element.classList.toggle('completed', todo.completed)
      toggle.checked = todo.completed
      text.textContent = todo.text
      mark.textContent = sync
      mark.dataset.sync = sync
      const labels = { Done: toggle, Edit: rename, Delete: destroy, 'New text of': edit }
      for (const [verb, control] of Object.entries(labels)) control.setAttribute('aria-label', `${verb} ${todo.text}`)
    },
  }
}
