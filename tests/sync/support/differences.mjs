/** Where our backend deliberately answers otherwise than the captured official one, and why. */

const DIE = { _tag: 'Failure', cause: { _tag: 'Die', defect: 'TEXT' } }
const SYNTAX = { _tag: 'Defect', defect: { name: 'SyntaxError', message: 'TEXT' } }
const PONG = { _tag: 'Pong' }

/** @param {unknown} requestId @param {any} exit */
const exit = (requestId, exit) => ({ _tag: 'Exit', requestId, exit })

/** @param {number} minimumExpectedNum @param {number} providedNum */
const serverAhead = (minimumExpectedNum, providedNum) => ({
  _tag: 'Failure',
  cause: { _tag: 'Fail', error: { minimumExpectedNum, providedNum, _tag: 'ServerAheadError' } },
})

/** @param {unknown} requestId */
const pushed = (requestId) => exit(requestId, { _tag: 'Success', value: {} })

/**
 * A captured frame is left out of what we expect when one of these says why.
 *
 * @type {{ because: string, applies: (frame: any, before: any[]) => boolean }[]}
 */
export const OMISSIONS = [
  {
    because: 'the official backend goes on sending live events to pulls that have ended; clients drop them',
    applies: (frame, before) =>
      frame._tag === 'Chunk' && before.some(({ _tag, requestId }) => _tag === 'Exit' && requestId === frame.requestId),
  },
  {
    because: 'a client has forgotten a request it interrupts, so nobody waits for the exit',
    applies: ({ exit }) => exit?._tag === 'Failure' && exit.cause._tag === 'Sequential',
  },
]

/**
 * All frames of one request (or all of one kind without a request), when ours are others.
 *
 * @typedef {{ connection: number, request: string, theirs: any[], ours: any[], because: string }} Difference
 */

const DEAD = 'a request id that is no number kills the official socket silently; ours goes on'
const LIST = 'ours takes lists of messages, as later backends do'
const NULL = 'JSON null kills the official socket silently; ours says so and goes on'
const OWN_REQUEST = 'an unknown request gets its own exit: a defect would end every other request of the client as well'
const STORE = 'the official backend ignores a store id other than the socket’s; ours refuses to guess'
const AGAIN = 'a push of what is stored already succeeds: its client has not heard the first answer'
const EVENT_5 = { name: 'v1.TodoCreated', seqNum: 5, parentSeqNum: 4, clientId: 'client-1', sessionId: 'session-1' }

/** @param {string} text */
const defect = (text) => ({ _tag: 'Defect', defect: text })

/**
 * Requests that a dead official socket never answered.
 *
 * @param {number} connection
 * @param {string[]} ids
 * @param {string} because
 */
const answered = (connection, ids, because) =>
  ids.map((id) => ({ connection, request: JSON.stringify(id), theirs: [], ours: [pushed(id)], because }))

/** @type {Record<string, Difference[]>} */
export const DIFFERENCES = {
  'ws-basic': [
    {
      connection: 0,
      request: '"7"',
      theirs: [exit('7', serverAhead(4, 2))],
      ours: [pushed('7')],
      because: AGAIN,
    },
  ],
  'ws-real-store': [],
  'ws-edge': [
    {
      connection: 0,
      request: '"6"',
      theirs: [
        exit('6', {
          _tag: 'Failure',
          cause: {
            _tag: 'Fail',
            error: {
              cause: {
                name: 'Error',
                message:
                  'UNIQUE constraint failed: eventlog_7_edge_1795185418283.seqNum: ' +
                  'SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)',
              },
              payload: { dbName: 'eventlog_7_edge_1795185418283', stage: 'insert' },
              _tag: 'UnknownError',
            },
          },
        }),
      ],
      ours: [
        exit('6', {
          _tag: 'Failure',
          cause: { _tag: 'Fail', error: { minimumExpectedNum: 105, providedNum: 105, _tag: 'ServerAheadError' } },
        }),
      ],
      because: 'a number at or below the head is one the client can rebase, not an error of the database',
    },
    ...['16', '17'].map((id) => ({
      connection: 0,
      request: JSON.stringify(id),
      theirs: [],
      ours: [exit(id, DIE)],
      because: OWN_REQUEST,
    })),
    {
      connection: 0,
      request: 'Defect',
      theirs: Array(5).fill(defect('TEXT')),
      // `Wat`, no tag, malformed JSON and null.
      ours: Array(4).fill(SYNTAX),
      because: `${OWN_REQUEST}; what comes after the socket died is answered too`,
    },
    {
      connection: 0,
      request: '18',
      theirs: [],
      ours: [pushed(18)],
      because: 'later clients number their requests with JSON numbers',
    },
    ...answered(0, ['abc', '19', '20', '21', '23', '24', '25'], DEAD),
    ...answered(0, ['22'], LIST),
    { connection: 0, request: 'Pong', theirs: [PONG], ours: [PONG, PONG], because: DEAD },
    { connection: 1, request: '"1"', theirs: [pushed('1')], ours: [exit('1', DIE)], because: STORE },
    {
      connection: 1,
      request: '"2"',
      theirs: [
        {
          _tag: 'Chunk',
          requestId: '2',
          values: [
            {
              batch: [
                {
                  eventEncoded: { ...EVENT_5, args: { id: 't107' }, seqNum: 107, parentSeqNum: 106 },
                  metadata: { _tag: 'Some', value: { _tag: 'SyncMessage.SyncMetadata', createdAt: 'TIME' } },
                },
              ],
              pageInfo: { _tag: 'NoMore' },
              backendId: 'BACKEND',
            },
          ],
        },
        exit('2', { _tag: 'Success' }),
      ],
      ours: [exit('2', DIE)],
      because: STORE,
    },
  ],
  'ws-edge2': [
    ...answered(0, ['abc', '1000'], DEAD),
    { connection: 5, request: 'Defect', theirs: [defect('TEXT')], ours: [], because: LIST },
    ...answered(5, ['22'], LIST),
    ...answered(6, ['1000'], NULL),
    { connection: 6, request: 'Defect', theirs: [], ours: [SYNTAX], because: NULL },
    ...answered(9, ['1000'], DEAD),
    ...['"1000"', 'Pong'].map((request) => ({
      connection: 10,
      request,
      theirs: [request === 'Pong' ? PONG : pushed('1000')],
      ours: [],
      because: 'an orphan Ack comes from a client that lost its pull; a closed socket makes it start over',
    })),
    {
      connection: 14,
      request: '"16"',
      theirs: [pushed('16')],
      ours: [],
      because: 'ids are echoed as they came',
    },
    { connection: 14, request: '"0x10"', theirs: [], ours: [pushed('0x10')], because: 'ids are echoed as they came' },
  ],
}

/**
 * The sockets that ours closes, and with which code: each acknowledges a pull it does not have. All others are
 * closed by their clients, and ours completes the handshake, which the official backend leaves to a timeout.
 *
 * @type {Record<string, Record<number, number>>}
 */
export const CLOSED_BY_OURS = { 'ws-edge': { 1: 1012 }, 'ws-edge2': { 10: 1012 } }

/**
 * An event stored without arguments comes back without, as it was broadcast. The official backend makes `null` of
 * it, which real clients see as another event than the one they hold.
 *
 * @param {any} frame
 * @param {Set<number>} bare the numbers of the events pushed without arguments
 */
export const withoutArgs = (frame, bare) => {
  for (const { batch } of frame._tag === 'Chunk' ? frame.values : []) {
    for (const { eventEncoded } of batch) {
      if (bare.has(eventEncoded.seqNum) && eventEncoded.args === null) delete eventEncoded.args
    }
  }
  return frame
}

const PING_ANSWERED = { _tag: 'Success', value: { _tag: 'SyncMessage.Pong' } }

/** @param {string} name @param {string} message */
const unknownError = (name, message) => ({
  _tag: 'Failure',
  cause: { _tag: 'Fail', error: { cause: { name, message }, _tag: 'UnknownError' } },
})

const SERDE = 'the payload is decoded by serde, which has words of its own'

/**
 * Where our answer to a captured HTTP request is another, by the capture's label.
 *
 * @type {Record<string, { because: string, ours: { status?: number, headers?: any[], body?: any } }>}
 */
export const HTTP_DIFFERENCES = {
  'syncPayloadSchema: payload missing': {
    because: SERDE,
    ours: {
      body: 'the sync payload is not what was expected: invalid type: null, expected struct Auth at line 1 column 4',
    },
  },
  'syncPayloadSchema: wrong type': {
    because: SERDE,
    ours: {
      body: 'the sync payload is not what was expected: invalid type: integer `5`, expected a string at line 1 column 14',
    },
  },
  'wsonly: http not enabled': {
    because: 'the official backend means to say so too, and throws on the way',
    ours: {
      status: 400,
      headers: ['text/plain', undefined, undefined],
      body: 'Transport http is not enabled (based on `Hooks::TRANSPORTS`)',
    },
  },
  'null body': { because: NULL, ours: { body: [SYNTAX] } },
  'ping w/o storeId': { because: 'nothing about a ping depends on it', ours: { body: [exit('0', PING_ANSWERED)] } },
  'unknown tag': { because: OWN_REQUEST, ours: { body: [exit('0', DIE)] } },
  'WS tag over http': { because: OWN_REQUEST, ours: { body: [exit('0', DIE)] } },
  'array body': { because: LIST, ours: { body: [exit('0', PING_ANSWERED)] } },
  'non numeric id': { because: DEAD, ours: { body: [exit('abc', PING_ANSWERED)] } },
  'numeric id': { because: 'later clients send numbers', ours: { body: [exit(1, PING_ANSWERED)] } },
  'missing headers': {
    because: 'nothing about a request depends on them',
    ours: { status: 200, headers: ['application/json', undefined, undefined], body: [exit('1', PING_ANSWERED)] },
  },
  'push dup': {
    because: 'a push on the head that brings an older number is behind; clients act on that',
    ours: { body: [exit('1', serverAhead(1, 1))] },
  },
  'hook: onPush throws Error (payload in body only; http push gets no payload ctx)': {
    because: 'hooks see the payload of a push over HTTP as well',
    ours: { body: [exit('1', unknownError('Error', 'nope from on_push'))] },
  },
  'hook: onPull throws Error': {
    because: 'the text of a hook’s error reaches the client, however it was thrown',
    ours: { body: [exit('1', unknownError('Error', 'nope from on_pull'))] },
  },
}
