// The network between one browser and the worker: a TCP relay that can be cut.
// (DevTools' offline mode does not end the WebSockets of workers.)

import { connect, createServer } from 'node:net'

export const openGate = async (targetPort) => {
  let port = targetPort
  const sockets = new Set()
  let refused = () => false

  const track = (socket) => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }

  const server = createServer((client) => {
    track(client).once('data', (head) => {
      client.pause()
      if (refused(head.toString('latin1'))) return client.destroy()
      client.relayed = head.toString('latin1')
      const target = track(connect(port, '127.0.0.1'))
      target.write(head)
      client.pipe(target).pipe(client)
      client.on('close', () => target.destroy())
      target.on('close', () => client.destroy())
    })
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))

  const refuse = (test) => {
    refused = test
    for (const socket of sockets) if (socket.relayed !== undefined && test(socket.relayed)) socket.destroy()
  }

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Nothing passes any more. */
    cut: () => refuse(() => true),
    /** The page and its files pass, WebSockets do not. */
    cutSockets: () => refuse((head) => /^upgrade: *websocket/im.test(head)),
    restore: () => refuse(() => false),
    /** From now on connections go to another port. */
    retarget: (next) => (port = next),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
