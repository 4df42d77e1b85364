// The page of todomvc in front of a worker of the tests: files here, WebSockets there, as long as they are not cut.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { extname, join, resolve } from 'node:path'

const PAGE = resolve(import.meta.dirname, '../../examples/todomvc/dist')

/** @type {Record<string, string>} */
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }

/** @typedef {Awaited<ReturnType<typeof openSite>>} Site */

/** @param {{ port: number }} worker */
export const openSite = async (worker) => {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const name = pathname === '/' ? 'index.html' : pathname.slice(1)
    try {
      const file = await readFile(join(PAGE, name))
      response.writeHead(200, { 'content-type': TYPES[extname(name)] }).end(file)
    } catch {
      response.writeHead(404).end()
    }
  })
  let isCut = false
  /** @type {Set<import('node:stream').Duplex>} */
  const clients = new Set()
  server.on('upgrade', ({ method, url, rawHeaders }, client, head) => {
    if (isCut) return client.destroy()
    clients.add(client)
    client.on('close', () => clients.delete(client))
    const target = connect(worker.port, '127.0.0.1')
    const headers = rawHeaders.map((text, index) => (index % 2 ? `${text}\r\n` : `${text}: `))
    target.write(`${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`)
    target.write(head)
    target.pipe(client).pipe(target)
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ]) {
      socket.on('close', () => other.destroy()).on('error', () => socket.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    /** No WebSocket passes any more. */
    cut: () => {
      isCut = true
      for (const client of clients) client.destroy()
    },
    restore: () => {
      isCut = false
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
