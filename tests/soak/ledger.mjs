/**
 * The events that a store must hold and show, by all answers to its clients. It finds events that were lost, came twice,
 * out of order or changed.
 */

/** @typedef {import('../harness/events.mjs').Event} Event */
/** @typedef {(what: string) => void} Fault */

/** Histories of a store that are remembered: clients may still be told of the one before a reset. */
const REMEMBERED = 3

export class Ledger {
  /** By the id of the backend. @type {Map<string, History>} */
  #histories = new Map()
  #fault

  /** @param {Fault} fault called with each thing that must not be */
  constructor(fault) {
    this.#fault = fault
  }

  /** @param {string} backendId */
  history(backendId) {
    let history = this.#histories.get(backendId)
    if (history === undefined) {
      history = new History(this.#fault)
      this.#histories.set(backendId, history)
      const [oldest] = this.#histories.keys()
      if (this.#histories.size > REMEMBERED) this.#histories.delete(oldest)
    }
    return history
  }

  /** Where each history ends at least. @returns {Map<string, number>} */
  heads() {
    return new Map(Array.from(this.#histories, ([backendId, { head }]) => [backendId, head]))
  }
}

/** The log between two resets. */
export class History {
  /** The id of each event that anybody was told of, by its number. @type {(string | undefined)[]} */
  #ids = []
  /** @type {Map<string, number>} */
  #numbers = new Map()
  #fault

  /** @param {Fault} fault */
  constructor(fault) {
    this.#fault = fault
  }

  /** The number of the last event that somebody was told of: the log never ends before it. */
  get head() {
    return Math.max(this.#ids.length - 1, 0)
  }

  /** An acknowledged push. @param {Event[]} batch */
  acknowledge(batch) {
    for (const event of batch) this.note(event, 'acknowledged')
  }

  /** Notes that a client heard of an event. @param {Event} event @param {string} how */
  note({ seqNum, args }, how) {
    const { id, text } = /** @type {{ id: string, text: string }} */ (args)
    const known = this.#ids[seqNum]
    if (known === id) return
    if (known !== undefined) this.#fault(`event ${seqNum} was ${known}, and is ${how} as ${id}`)
    const other = this.#numbers.get(id)
    if (other !== undefined) this.#fault(`${id} is event ${other}, and is ${how} as event ${seqNum} too`)
    if (!isWhole(id, text)) this.#fault(`${id} is ${how} with a text of ${text?.length} characters that is not its own`)
    this.#ids[seqNum] = id
    this.#numbers.set(id, seqNum)
  }

  /** One who reads on after an event. @param {number} [after] */
  reader(after = 0) {
    return new Reader(this, this.#fault, after)
  }

  /** A whole log that was read when the head was `head` or more. @param {Event[]} log @param {number} head */
  check(log, head) {
    const reader = this.reader()
    reader.take(log)
    if (reader.seen < head) this.#fault(`the log ends with event ${reader.seen}, and event ${head} was told of before`)
  }
}

export class Reader {
  #history
  #fault

  /** @param {History} history @param {Fault} fault @param {number} seen the number of the last event that was read */
  constructor(history, fault, seen) {
    this.#history = history
    this.#fault = fault
    this.seen = seen
  }

  /** The events that come next. @param {Event[]} batch */
  take(batch) {
    for (const event of batch) {
      const { seqNum, parentSeqNum } = event
      if (seqNum <= this.seen) this.#fault(`event ${seqNum} is read after event ${this.seen}`)
      else if (parentSeqNum !== this.seen) this.#fault(`between the events ${this.seen} and ${seqNum} some are missing`)
      this.#history.note(event, 'read')
      this.seen = seqNum
    }
  }
}

let made = 0

/**
 * The arguments of an event that nobody has made before. Its id says when it was made, and how long its text is.
 *
 * @param {string} author
 * @param {number} size of the text
 */
export const newTodo = (author, size) => {
  const id = [author, made++, Date.now(), size].join('/')
  return { id, text: textOf(id, size) }
}

/** Milliseconds since an event was made. @param {string} id */
export const age = (id) => Date.now() - Number(id.split('/')[2])

/** @param {string} id @param {number} size */
const textOf = (id, size) => id.repeat(Math.ceil(size / id.length)).slice(0, size)

/** @param {string} id @param {string} text */
const isWhole = (id, text) => text === textOf(id, Number(id.split('/')[3]))
