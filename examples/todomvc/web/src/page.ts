/** What both pages have around the list. */

import type { Progress } from './progress.ts'

export const find = <E extends HTMLElement = HTMLElement>(selector: string): E => document.querySelector<E>(selector)!

/** Letters and digits that nobody else draws. */
const random = (length: number) => crypto.randomUUID().replaceAll('-', '').slice(-length)

/** Begins with the time, so that the order of the ids is the order of creation in every client. */
export const newTodoId = () => `${Date.now().toString(36)}-${random(10)}`

/** The list to show is named in the URL; without a name it is a new one. Everyone who has the URL shares the list. */
export const storeIdFromUrl = (): string => {
  const url = new URL(location.href)
  const storeId = url.searchParams.get('store') || `todos-${random(16)}`
  if (!/^[\w-]+$/.test(storeId)) throw new Error('The name of a list may have letters, digits, “-” and “_” only.')
  url.searchParams.set('store', storeId)
  history.replaceState(null, '', url)
  find('.store-id').textContent = storeId
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.places a')) link.search = `?store=${storeId}`
  return storeId
}

/** Lets the visitor change the list, or not: it stays readable. */
export const setEnabled = (enabled: boolean) => {
  const card = find<HTMLFieldSetElement>('.card')
  const opens = card.disabled && enabled
  card.disabled = !enabled
  if (opens && document.activeElement === document.body) find('.new-todo').focus()
}

export const showProgress = ({ state, text, facts }: Omit<Progress, 'sync'>) => {
  const status = find('.status')
  status.dataset.state = state
  // A screen reader reads the status whenever it is written.
  if (status.textContent !== text) status.textContent = text
  const shown = Object.entries(facts).map(([name, value]) => {
    const [fact, term, figure] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag))
    term!.textContent = name
    figure!.textContent = String(value)
    fact!.append(term!, figure!)
    return fact!
  })
  find('.facts').replaceChildren(...shown)
}

export const showProblem = (problem: string) => {
  find('.problem').textContent = problem
}

/** Nothing works any more. */
export const showFailure = (error: unknown) => {
  console.error(error)
  setEnabled(false)
  showProgress({ state: 'stopped', text: 'Stopped', facts: {} })
  showProblem(error instanceof Error ? error.message : String(error))
}
