// The least JavaScript that speaks the protocol: no checks, no hooks, no options.
// A backend that is slower than this one wastes something.

import { DurableObject } from 'cloudflare:workers'

const PAGE = 100
const NO_MORE = '{"_tag":"NoMore"}'

export class SyncBackendDO extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env)
    this.sql = ctx.storage.sql
    this.sql.exec('CREATE TABLE IF NOT EXISTS log (seqNum INTEGER PRIMARY KEY, createdAt TEXT, event TEXT)')
    this.head = this.sql.exec('SELECT coalesce(max(seqNum), 0) AS head FROM log').one().head
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"_tag":"Ping"}', '{"_tag":"Pong"}'))
  }

  async fetch(request) {
    if (request.method === 'POST') return this.post(await request.json())
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  webSocketMessage(socket, text) {
    const message = JSON.parse(text)
    if (message._tag === 'Ack') this.proceed(socket)
    else if (message.tag === 'SyncWsRpc.Pull') this.pull(socket, message)
    else if (message.tag === 'SyncWsRpc.Push') this.push(socket, message)
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

  page(after) {
    return this.sql.exec('SELECT * FROM log WHERE seqNum > ? ORDER BY seqNum LIMIT ?', after, PAGE).toArray()
  }

  push(socket, message) {
    socket.send(this.pushed(message))
  }

  pushed({ id, payload: { batch } }) {
    if (batch[0].parentSeqNum !== this.head) return serverAhead(id, this.head, batch[0].parentSeqNum)
    const createdAt = new Date().toISOString()
    const rows = batch.map((event) => ({ seqNum: event.seqNum, createdAt, event: JSON.stringify(event) }))
    for (const row of rows) this.sql.exec('INSERT INTO log VALUES (?, ?, ?)', row.seqNum, createdAt, row.event)
    this.head = rows.at(-1).seqNum
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

  post(message) {
    const body = message.tag === 'SyncHttpRpc.Push' ? `[${this.pushed(message)}]` : this.pulled(message)
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
