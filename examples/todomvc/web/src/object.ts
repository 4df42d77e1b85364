import { changes, syncOf, type PendingEvent, type Progress } from './progress.ts'
import type { Line } from './todo-item.ts'

/** The time before the next attempt to connect. */
const RETRY_MS = 1_000

/** A row of the object's table `todos`. */
type Row = Line & { deletedAt: string | null }

/** The part of the store's status that is shown. */
type Status = {
  head: number
  backendHead: number | null
  backendPendingCount: number
  isBackendSynced: boolean
  pushParked: string | null
  pullParked: string | null
  halted: { kind: 'poisoned'; seq: number; name: string; reason: string } | { kind: 'lostHistory' } | null
  rebuilt: number | null
  rejected: number
}

/** The messages of a `ClientDO`. */
type Message = { tables: { todos: Row[] } } | { status: Status; pending: PendingEvent[] } | { error: string }

export type Listener = {
  /** The object has other todos or another status, or the connection has changed. */
  changed(todos: readonly Line[], progress: Progress, connected: boolean): void
  /** The object refuses a commit. */
  refused(why: string): void
}

/** Looks at a list through a WebSocket of its durable object, and returns a function that commits events there. */
export const watchObject = (storeId: string, listener: Listener) => {
  let socket: WebSocket
  let connected = false
  let todos: Line[] = []
  let status: Status | undefined
  let pending: PendingEvent[] = []

  const changed = () => listener.changed(todos, describe(connected, status, pending), connected)

  const receive = (message: Message) => {
    if ('error' in message) listener.refused(message.error)
    else if ('tables' in message) todos = message.tables.todos.filter(({ deletedAt }) => deletedAt === null).sort(byId)
    else {
      ;({ status, pending } = message)
      connected = true
    }
    changed()
  }

  const connect = () => {
    socket = new WebSocket(`${location.origin.replace('http', 'ws')}/client-do?storeId=${storeId}`)
    socket.addEventListener('message', ({ data }) => receive(JSON.parse(data)))
    socket.addEventListener('close', () => {
      disconnected()
      setTimeout(connect, RETRY_MS)
    })
  }

  const disconnected = () => {
    connected = false
    changed()
  }
  // A network that is gone closes no socket.
  addEventListener('offline', () => {
    socket.close()
    disconnected()
  })
  connect()

  return (name: string, args: object) => socket.send(JSON.stringify({ name, args }))
}

const byId = (a: Line, b: Line) => (a.id < b.id ? -1 : 1)

const describe = (connected: boolean, status: Status | undefined, pending: readonly PendingEvent[]): Progress => {
  const sync = syncOf(pending, 'pending')
  if (status === undefined) return { state: 'starting', text: 'Connecting…', facts: {}, sync }
  const { head, backendHead, backendPendingCount, rejected, halted } = status
  const facts = { 'Events confirmed': head, 'At the backend': backendHead ?? '?', 'Pending': backendPendingCount }
  const base = { facts: rejected > 0 ? { ...facts, Rejected: rejected } : facts, sync }
  const refused = status.pushParked ?? status.pullParked
  if (!connected) return { ...base, state: 'offline', text: 'Offline: this list cannot be changed now' }
  if (halted?.kind === 'poisoned') {
    return { ...base, state: 'stopped', text: `Stopped at event ${halted.seq}, ${halted.name}: ${halted.reason}` }
  }
  if (halted) return { ...base, state: 'stopped', text: 'Stopped: the backend has lost events' }
  if (refused) return { ...base, state: 'stopped', text: `The backend refuses: ${refused}` }
  if (status.rebuilt !== null) return { ...base, state: 'starting', text: 'Filling the tables…' }
  if (backendPendingCount > 0) return { ...base, state: 'syncing', text: `Syncing ${changes(backendPendingCount)}…` }
  if (!status.isBackendSynced) return { ...base, state: 'syncing', text: 'Catching up…' }
  return { ...base, state: 'synced', text: 'Synced' }
}
