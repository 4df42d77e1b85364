// The network between one browser and the worker: a TCP relay that can be cut.
// (DevTools' offline mode does not end the WebSockets of workers.)

import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** @typedef {import('node:net').Socket} Socket */
/** @typedef {(head: string) => boolean} Test what the head of a request is asked */
/** @typedef {Awaited<ReturnType<typeof openGate>>} Gate */

/** @param {number} targetPort */
export const openGate = async (targetPort) => {
  let port = targetPort
  /**
   * The open sockets, and the head of the request for those whose request was let through.
   *
   * @type {Map<Socket, string | undefined>}
   */
  const sockets = new Map()
  /** @type {Test} */
  let refused = () => false

  /** @param {Socket} socket */
  const track = (socket) => {
    sockets.set(socket, undefined)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }

  const server = createServer((client) => {
    track(client).once('data', (data) => {
      client.pause()
      const head = data.toString('latin1')
      if (refused(head)) return client.destroy()
      sockets.set(client, head)
      const target = track(connect(port, '127.0.0.1'))
      target.write(data)
      client.pipe(target).pipe(client)
      client.on('close', () => target.destroy())
      target.on('close', () => client.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())

  /** @param {Test} test */
  const refuse = (test) => {
    refused = test
    for (const [socket, head] of sockets) if (head !== undefined && test(head)) socket.destroy()
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    /** Nothing passes any more. */
    cut: () => refuse(() => true),
    /** The page and its files pass, WebSockets do not. */
    cutSockets: () => refuse((head) => /^upgrade: *websocket/im.test(head)),
    restore: () => refuse(() => false),
    /** From now on connections go to another port. @param {number} next */
    retarget: (next) => (port = next),
    close: () => {
      server.close()
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}
