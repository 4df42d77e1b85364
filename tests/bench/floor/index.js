// The least JavaScript that speaks the protocol: no checks, no hooks, no options. `OneTable` stores an event as it comes.
// `TwoTables` has the tables of LiveStore's backend, which a drop-in replacement must write.
// A backend that is slower than the second one wastes something.

import { DurableObject } from 'cloudflare:workers'

const PAGE = 100
const NO_MORE = '{"_tag":"NoMore"}'

class Floor extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    this.head = this.open()
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"_tag":"Ping"}', '{"_tag":"Pong"}'))
  }

  async fetch(request) {
    if (request.method === 'POST') return this.post(await request.text())
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  webSocketMessage(socket, text) {
    const message = JSON.parse(text)
    if (message._tag === 'Ack') this.proceed(socket)
    else if (message.tag === 'SyncWsRpc.Pull') this.pull(socket, message)
    else if (message.tag === 'SyncWsRpc.Push') socket.send(this.push(message, text))
  }

  webSocketClose(socket, code) {
    socket.close(code)
  }

  pull(socket, { id, payload }) {
    const after = payload.cursor.value?.eventSequenceNumber ?? 0
    this.sendPage(socket, { id, live: payload.live, after, done: false })
  }

  proceed(socket) {
    const state = socket.deserializeAttachment()
    if (state?.done === false) this.sendPage(socket, state)
  }

  sendPage(socket, state) {
    const rows = this.page(state.after)
    const after = rows.at(-1)?.seqNum ?? state.after
    const more = rows.length === PAGE && after < this.head
    socket.send(chunk(state.id, rows, more ? `{"_tag":"MoreKnown","remaining":${this.head - after}}` : NO_MORE))
    if (!more && !state.live) socket.send(`{"_tag":"Exit","requestId":"${state.id}","exit":{"_tag":"Success"}}`)
    socket.serializeAttachment({ ...state, after, done: !more })
  }

  push({ id, payload: { batch } }, text) {
    if (batch[0].parentSeqNum !== this.head) return serverAhead(id, this.head, batch[0].parentSeqNum)
    const createdAt = new Date().toISOString()
    const rows = batch.map((event) => ({ seqNum: event.seqNum, createdAt, event: JSON.stringify(event) }))
    const head = rows.at(-1).seqNum
    this.store(rows, batch, createdAt, head, text)
    this.head = head
    this.broadcast(rows)
    return `{"_tag":"Exit","requestId":"${id}","exit":{"_tag":"Success","value":{}}}`
  }

  broadcast(rows) {
    const texts = new Map()
    for (const socket of this.ctx.getWebSockets()) {
      const state = socket.deserializeAttachment()
      if (!state?.live || !state.done) continue
      if (!texts.has(state.id)) texts.set(state.id, chunk(state.id, rows, NO_MORE))
      socket.send(texts.get(state.id))
    }
  }

  post(text) {
    const message = JSON.parse(text)
    const body = message.tag === 'SyncHttpRpc.Push' ? `[${this.push(message, text)}]` : this.pulled(message)
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }

  pulled({ id }) {
    const chunks = []
    for (let after = 0, rows = this.page(0); rows.length > 0 || chunks.length === 0; rows = this.page(after)) {
      chunks.push(chunk(id, rows, NO_MORE))
      after = rows.at(-1)?.seqNum ?? 0
    }
    return `[${chunks.join(',')},{"_tag":"Exit","requestId":"${id}","exit":{"_tag":"Success"}}]`
  }
}

export class OneTable extends Floor {
  open() {
    this.sql.exec('CREATE TABLE IF NOT EXISTS log (seqNum INTEGER PRIMARY KEY, createdAt TEXT, event TEXT)')
    return this.sql.exec('SELECT coalesce(max(seqNum), 0) AS head FROM log').one().head
  }

  page(after) {
    return this.sql.exec('SELECT * FROM log WHERE seqNum > ? ORDER BY seqNum LIMIT ?', after, PAGE).toArray()
  }

  store(rows, _, createdAt) {
    for (const row of rows) this.sql.exec('INSERT INTO log VALUES (?, ?, ?)', row.seqNum, createdAt, row.event)
  }
}

const LOG = '"eventlog_7_bench"'
const CREATE_LOG = `CREATE TABLE IF NOT EXISTS ${LOG} (seqNum INTEGER PRIMARY KEY, parentSeqNum INTEGER NOT NULL, name TEXT NOT NULL, args TEXT, createdAt TEXT NOT NULL, clientId TEXT NOT NULL, sessionId TEXT NOT NULL) STRICT`
const CREATE_CONTEXT =
  'CREATE TABLE IF NOT EXISTS context_7 (storeId TEXT PRIMARY KEY, currentHead INTEGER NOT NULL, backendId TEXT NOT NULL) STRICT'
const INSERT_ONE = `INSERT INTO ${LOG} VALUES (?, ?, ?, ?, ?, ?, ?)`
const INSERT_ALL = `INSERT INTO ${LOG} SELECT value ->> 'seqNum', value ->> 'parentSeqNum', value ->> 'name', value -> 'args', ?2, value ->> 'clientId', value ->> 'sessionId' FROM jsonb_each(?1, '$.payload.batch')`
const MOVE_HEAD = "UPDATE context_7 SET currentHead = CAST(? AS INTEGER) WHERE storeId = 'bench'"

export class TwoTables extends Floor {
  open() {
    this.sql.exec(CREATE_LOG)
    this.sql.exec(CREATE_CONTEXT)
    this.sql.exec("INSERT OR IGNORE INTO context_7 VALUES ('bench', 0, 'floor')")
    return this.sql.exec('SELECT currentHead FROM context_7').one().currentHead
  }

  page(after) {
    const rows = this.sql.exec(`SELECT * FROM ${LOG} WHERE seqNum > ? ORDER BY seqNum LIMIT ?`, after, PAGE).raw()
    return Array.from(rows, ([seqNum, parentSeqNum, name, args, createdAt, clientId, sessionId]) => {
      const names = `"clientId":${JSON.stringify(clientId)},"sessionId":${JSON.stringify(sessionId)}`
      const numbers = `"seqNum":${seqNum},"parentSeqNum":${parentSeqNum}`
      return { seqNum, createdAt, event: `{"name":${JSON.stringify(name)},"args":${args},${numbers},${names}}` }
    })
  }

  // The cheaper way for each size.
  store(_, batch, createdAt, head, text) {
    if (batch.length === 1) {
      const [{ seqNum, parentSeqNum, name, args, clientId, sessionId }] = batch
      const json = JSON.stringify(args)
      this.sql.exec(INSERT_ONE, seqNum, parentSeqNum, name, json, createdAt, clientId, sessionId)
    } else {
      this.sql.exec(INSERT_ALL, text, createdAt)
    }
    this.sql.exec(MOVE_HEAD, head)
  }
}

const chunk = (id, rows, pageInfo) => {
  const items = rows.map(
    ({ event, createdAt }) =>
      `{"eventEncoded":${event},"metadata":{"_tag":"Some","value":` +
      `{"_tag":"SyncMessage.SyncMetadata","createdAt":"${createdAt}"}}}`,
  )
  return (
    `{"_tag":"Chunk","requestId":"${id}","values":[{"batch":[${items.join(',')}],"pageInfo":${pageInfo},` +
    `"backendId":"floor"}]}`
  )
}

const serverAhead = (id, head, parent) =>
  `{"_tag":"Exit","requestId":"${id}","exit":{"_tag":"Failure","cause":{"_tag":"Fail","error":` +
  `{"minimumExpectedNum":${head},"providedNum":${parent},"_tag":"ServerAheadError"}}}}`

export default {
  fetch(request, env) {
    const storeId = new URL(request.url).searchParams.get('storeId')
    if (storeId === null) return new Response('floor')
    return env.SYNC_BACKEND_DO.get(env.SYNC_BACKEND_DO.idFromName(storeId)).fetch(request)
  },
}
