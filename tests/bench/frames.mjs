/** The protocol's messages, as prebuilt text, and the little that is read of the answers. */

/** The text of an event, about that of a todo with a sentence in it. */
const TEXT = 'Remember to water the plants on the balcony'

/** @param {number} seqNum @param {string} text */
const event = (seqNum, text) =>
  `{"name":"v1.TodoCreated","args":{"id":"todo-${String(seqNum).padStart(8, '0')}","text":"${text}"},` +
  `"seqNum":${seqNum},"parentSeqNum":${seqNum - 1},"clientId":"client-0001","sessionId":"static"}`

/** @param {string} tag @param {string} id @param {string} payload */
const request = (tag, id, payload) =>
  `{"_tag":"Request","id":"${id}","tag":"${tag}","payload":${payload},"traceId":"b3181c2c92195ec4201e3117644816e4",` +
  `"spanId":"79a54ed2c084a692","sampled":true,"headers":[]}`

/**
 * A push of `size` events on top of `head`.
 *
 * @param {string} storeId
 * @param {number} head
 * @param {number} size
 * @param {number} [bytes] of an event's text
 */
export const push = (storeId, head, size, bytes) =>
  request('SyncWsRpc.Push', `1${head}`, pushed(storeId, head, size, bytes))

/** As `push`. @param {string} storeId @param {number} head @param {number} size */
export const httpPush = (storeId, head, size) => request('SyncHttpRpc.Push', `1${head}`, pushed(storeId, head, size))

/** @param {string} storeId @param {number} head @param {number} size @param {number} [bytes] */
const pushed = (storeId, head, size, bytes) => {
  const text = bytes === undefined ? TEXT : TEXT.repeat(Math.ceil(bytes / TEXT.length)).slice(0, bytes)
  const batch = Array.from({ length: size }, (_, index) => event(head + index + 1, text))
  return `{"storeId":"${storeId}","batch":[${batch.join(',')}],"backendId":{"_tag":"None"}}`
}

export const PULL_ID = '0'

/** @param {string} storeId @param {boolean} live */
export const pull = (storeId, live) =>
  request('SyncWsRpc.Pull', PULL_ID, `{"storeId":"${storeId}","live":${live},"cursor":{"_tag":"None"}}`)

/** @param {string} storeId */
export const httpPull = (storeId) =>
  request('SyncHttpRpc.Pull', PULL_ID, `{"storeId":"${storeId}","cursor":{"_tag":"None"}}`)

export const ACK = `{"_tag":"Ack","requestId":"${PULL_ID}"}`

/** @param {string} storeId @param {'ws' | 'http'} [transport] */
export const query = (storeId, transport = 'ws') => `storeId=${storeId}&transport=${transport}`

const EXIT = Buffer.from('"_tag":"Exit"')
const CHUNK = Buffer.from('"_tag":"Chunk"')
const SUCCESS = Buffer.from('"_tag":"Success"')
const SEQUENCE = Buffer.from('"seqNum":')
const PREFIX = 64

/** @param {Buffer} payload */
export const isExit = (payload) => payload.subarray(0, PREFIX).includes(EXIT)

/** @param {Buffer} payload */
export const isChunk = (payload) => payload.subarray(0, PREFIX).includes(CHUNK)

/** @param {Buffer} payload */
export const isSuccess = (payload) => payload.includes(SUCCESS)

/** The last sequence number in a page, 0 in an empty one. @param {Buffer} payload */
export const lastSequence = (payload) => {
  const at = payload.lastIndexOf(SEQUENCE)
  return at < 0 ? 0 : Number.parseInt(payload.toString('latin1', at + SEQUENCE.length, at + SEQUENCE.length + 16), 10)
}
