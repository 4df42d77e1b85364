/**
 * Sync clients of the generation after LiveStore 0.4.0, as far as the wire goes: the RPC client of Effect 4 with
 * LiveStore's requests. Only what LiveStore's own code adds to it is not there, as it is not published yet.
 */

import { Effect, Exit, Layer, Option, Schema, Stream } from 'effect4'
import { FetchHttpClient, HttpClient, HttpClientRequest } from 'effect4/unstable/http'
import { Rpc, RpcClient, RpcGroup, RpcSerialization } from 'effect4/unstable/rpc'
import { Socket } from 'effect4/unstable/socket'

import { syncQuery } from './socket.mjs'
import { LIMIT } from './wait.mjs'

/** @typedef {import('./events.mjs').Event} Event */
/** @typedef {'ws' | 'http' | 'rpc'} Transport */

const SERVICES = { ws: 'SyncWsRpc', http: 'SyncHttpRpc', rpc: 'SyncDoRpc' }

const Common = { storeId: Schema.String, payload: Schema.optional(Schema.Json) }
const EncodedEvent = Schema.Struct({
  name: Schema.String,
  args: Schema.Any,
  seqNum: Schema.Int,
  parentSeqNum: Schema.Int,
  clientId: Schema.String,
  sessionId: Schema.String,
})
const Metadata = Schema.TaggedStruct('SyncMessage.SyncMetadata', { createdAt: Schema.String })
const PageInfo = Schema.Union([
  Schema.TaggedStruct('NoMore', {}),
  Schema.TaggedStruct('MoreKnown', { remaining: Schema.Number }),
])
const Page = {
  batch: Schema.Array(Schema.Struct({ eventEncoded: EncodedEvent, metadata: Schema.Option(Metadata) })),
  pageInfo: PageInfo,
  backendId: Schema.String,
}
const Cursor = Schema.Option(Schema.Struct({ backendId: Schema.String, eventSequenceNumber: Schema.Int }))
const CallerContext = Schema.Struct({ bindingName: Schema.String, durableObjectId: Schema.String })

const UnknownError = Schema.TaggedStruct('UnknownError', {
  cause: Schema.Defect(),
  note: Schema.optional(Schema.String),
  payload: Schema.optional(Schema.Any),
})
const ServerAheadError = Schema.TaggedStruct('ServerAheadError', {
  minimumExpectedNum: Schema.Int,
  providedNum: Schema.Int,
})
const BackendIdMismatchError = Schema.TaggedStruct('BackendIdMismatchError', {
  expected: Schema.String,
  received: Schema.String,
})

/** The parts of a pull that exist on one transport only. @type {Record<Transport, [Record<string, any>, Record<string, any>]>} */
const PULL_FIELDS = {
  ws: [{ live: Schema.Boolean }, {}],
  http: [{}, {}],
  rpc: [
    { rpcContext: Schema.optional(Schema.Struct({ callerContext: CallerContext })) },
    { rpcRequestId: Schema.String },
  ],
}

/** @param {Transport} transport @returns {any} */
const group = (transport) => {
  const service = SERVICES[transport]
  const [asked, answered] = PULL_FIELDS[transport]
  return RpcGroup.make(
    Rpc.make(`${service}.Pull`, {
      payload: Schema.Struct({ ...Common, ...asked, cursor: Cursor }),
      success: Schema.Struct({ ...answered, ...Page }),
      error: Schema.Union([UnknownError, BackendIdMismatchError]),
      stream: true,
    }),
    Rpc.make(`${service}.Push`, {
      payload: Schema.Struct({
        ...Common,
        batch: Schema.Array(EncodedEvent),
        backendId: Schema.Option(Schema.String),
      }),
      success: Schema.Struct({}),
      error: Schema.Union([UnknownError, ServerAheadError, BackendIdMismatchError]),
    }),
    Rpc.make(`${service}.Ping`, {
      payload: Schema.Struct(Common),
      success: transport === 'rpc' ? Schema.Void : Schema.TaggedStruct('SyncMessage.Pong', {}),
      error: UnknownError,
    }),
    Rpc.make(`${service}.Unsubscribe`, {
      payload: Schema.Struct({ ...Common, durableObjectId: Schema.String, requestId: Schema.String }),
      success: Schema.Void,
    }),
  )
}

/** @param {{ url: string }} server @param {string} storeId */
const socketProtocol = (server, storeId) => {
  const url = `${server.url.replace('http', 'ws')}/?${syncQuery(storeId, 'ws')}`
  return RpcClient.layerProtocolSocket({}).pipe(
    Layer.provide(Socket.layerWebSocket(url)),
    Layer.provide(Socket.layerWebSocketConstructorGlobal),
    Layer.provide(RpcSerialization.layerJson),
  )
}

/** @param {{ url: string }} server @param {string} storeId */
const httpProtocol = (server, storeId) =>
  RpcClient.layerProtocolHttp({
    url: `${server.url}/`,
    transformClient: HttpClient.mapRequest(HttpClientRequest.appendUrlParams({ storeId, transport: 'http' })),
  }).pipe(Layer.provide(FetchHttpClient.layer), Layer.provide(RpcSerialization.layerJson))

/**
 * Through an object, which passes bytes on.
 *
 * @param {import('./client-objects.mjs').ClientObject} object
 * @param {string} storeId
 */
const objectProtocol = (object, storeId) =>
  Layer.effect(
    RpcClient.Protocol,
    RpcClient.Protocol.make((writeResponse) =>
      Effect.succeed({
        /** @param {number} clientId @param {any} message */
        send: (clientId, message) => {
          if (message._tag !== 'Request') return Effect.void
          const bytes = [.../** @type {Uint8Array} */ (RpcSerialization.msgPack.makeUnsafe().encode([message]))]
          return Effect.promise(() => object.call('sendBytes', storeId, bytes)).pipe(
            Effect.flatMap(
              Effect.forEach((/** @type {any} */ response) => writeResponse(clientId, response), { discard: true }),
            ),
          )
        },
        supportsAck: false,
        supportsTransferables: false,
      }),
    ),
  )

/** One client. Each request returns the exit: the value, or the error or defect. */
export class Effect4Client {
  /** @type {any} */
  #rpc

  /** @param {Transport} transport @param {string} storeId @param {any} rpc */
  constructor(transport, storeId, rpc) {
    this.transport = transport
    this.storeId = storeId
    this.#rpc = rpc
  }

  /** @param {string} method @param {object} payload @returns {any} */
  #call(method, payload) {
    return this.#rpc[`${SERVICES[this.transport]}.${method}`]({ storeId: this.storeId, payload: undefined, ...payload })
  }

  ping() {
    return exit(this.#call('Ping', {}))
  }

  /** @param {readonly Event[]} batch @param {string} [backendId] @param {object} [fields] */
  push(batch, backendId, fields) {
    return exit(this.#call('Push', { batch, backendId: Option.fromNullishOr(backendId), ...fields }))
  }

  /** @param {{ backendId: string, eventSequenceNumber: number }} [cursor] */
  pull(cursor) {
    return exit(Stream.runCollect(this.#pages({ live: false, cursor })))
  }

  /** The first events of a live pull. @param {number} count */
  live(count) {
    const events = (/** @type {any} */ page) => Stream.fromIterable(page.batch)
    return exit(this.#pages({ live: true }).pipe(Stream.flatMap(events), Stream.take(count), Stream.runCollect))
  }

  /**
   * All pages, and later calls of the object.
   *
   * @param {{ bindingName: string, durableObjectId: string }} callerContext
   */
  subscribe(callerContext) {
    return exit(Stream.runCollect(this.#pages({ rpcContext: { callerContext } })))
  }

  /** @param {string} durableObjectId @param {string} requestId */
  unsubscribe(durableObjectId, requestId) {
    return exit(this.#call('Unsubscribe', { durableObjectId, requestId }))
  }

  /** @param {{ live?: boolean, rpcContext?: object, cursor?: object }} options */
  #pages({ cursor, live, rpcContext }) {
    return this.#call('Pull', { cursor: Option.fromNullishOr(cursor), live, rpcContext })
  }
}

/** @param {any} effect @returns {Effect.Effect<any>} */
const exit = (effect) =>
  effect.pipe(
    Effect.exit,
    Effect.map((/** @type {any} */ result) =>
      Exit.isSuccess(result) ? { value: result.value } : result.cause.reasons[0],
    ),
  )

/**
 * Runs `body` with a client.
 *
 * @param {{ transport: Transport, server: { url: string }, object?: import('./client-objects.mjs').ClientObject }} way
 * @param {string} storeId
 * @param {(client: Effect4Client) => Generator<Effect.Effect<any, any>, void, any>} body
 */
export const withEffect4 = ({ transport, server, object }, storeId, body) => {
  const protocol =
    transport === 'ws'
      ? socketProtocol(server, storeId)
      : transport === 'http'
        ? httpProtocol(server, storeId)
        : objectProtocol(/** @type {any} */ (object), storeId)
  const program = Effect.gen(function* () {
    const rpc = yield* RpcClient.make(group(transport))
    yield* body(new Effect4Client(transport, storeId, rpc))
  })
  return Effect.runPromise(program.pipe(Effect.provide(protocol), Effect.scoped, Effect.timeout(LIMIT)))
}
