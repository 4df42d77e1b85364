/** How far a client is with the changes of a list. Each of the two pages has it from a client of its own. */
export type Progress = {
  state: 'starting' | 'synced' | 'syncing' | 'offline' | 'stopped'
  text: string
  /** Figures, by their names. */
  facts: Readonly<Record<string, number | string>>
  /** Says how far the changes of a todo are. */
  sync(id: string): Sync
}

export type Sync = 'confirmed' | 'pending' | 'made offline'

/** An event that the backend has not confirmed, with its arguments as they are sent. */
export type PendingEvent = { readonly name: string; readonly args: unknown }

/** Says for each todo whether one of the events is about it. */
export const syncOf = (pending: readonly PendingEvent[], unconfirmed: Sync): Progress['sync'] => {
  const ids = new Set(pending.map(({ args }) => (args as { id?: string }).id))
  return (id) => (ids.has(id) ? unconfirmed : 'confirmed')
}

export const changes = (count: number): string => `${count} ${count === 1 ? 'change' : 'changes'}`
