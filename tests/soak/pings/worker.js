/** An object with hibernating sockets whose pings the platform answers. It sends each message on to all sockets. */

import { DurableObject } from 'cloudflare:workers'
import unsafe from 'workerd:unsafe'

export class Room extends DurableObject {
  /** @param {any} ctx @param {any} env */
  constructor(ctx, env) {
    super(ctx, env)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  fetch() {
    const [client, server] = Object.values(new WebSocketPair())
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  /** @param {WebSocket} _socket @param {string} message */
  webSocketMessage(_socket, message) {
    for (const socket of this.ctx.getWebSockets()) {
      try {
        socket.send(message)
      } catch {
        // It is closed.
      }
    }
  }

  webSocketClose() {}

  open() {
    return this.ctx.getWebSockets().length
  }
}

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const room = env.ROOM.getByName(new URL(request.url).searchParams.get('room'))
    if (request.headers.has('upgrade')) return room.fetch(request)
    const sockets = await room.open()
    try {
      await unsafe.evict(room, { webSockets: 'hibernate' })
      return Response.json({ sockets })
    } catch (error) {
      return Response.json({ sockets, error: String(error) })
    }
  },
}
