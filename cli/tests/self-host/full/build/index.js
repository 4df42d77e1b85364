import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'
import data from './data.bin'
import text from './text/note.txt'

export class Room extends DurableObject {
  async fetch() {
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY)')
    this.ctx.storage.sql.exec('INSERT INTO visits VALUES (NULL)')
    return new Response(this.ctx.storage.sql.exec('SELECT count(*) AS visits FROM visits').one().visits)
  }
}
export class Hall extends DurableObject {}
export class Part extends DurableObject {}
export class Old extends DurableObject {}

export class Admin extends WorkerEntrypoint {
  name() {
    return 'admin'
  }
}

const reach = (url) =>
  fetch(url).then(
    () => 'reached',
    () => 'refused',
  )

const routes = {
  '/api/env': (_, env) => {
    const { PLAIN, QUOTED, LIMITS, FACTOR, API_KEY, TOKEN } = env
    return Response.json({ PLAIN, QUOTED, LIMITS, FACTOR, API_KEY, TOKEN })
  },
  '/api/url': (request) => new Response(request.url),
  '/api/room': (request, env) => env.ROOM.getByName('one').fetch(request),
  '/api/modules': () => Response.json([text, data.byteLength]),
  '/api/admin': async (_, env) => new Response(await env.ADMIN.name()),
  '/api/self': (_, env) => env.SELF.fetch('http://self/api/modules'),
  '/api/file': (_, env) => env.FILES.fetch('http://files/a.js'),
  '/api/private': async (request) => new Response(await reach(new URL('/', request.url))),
}

export default {
  fetch: (request, env) => {
    const route = routes[new URL(request.url).pathname]
    return route ? route(request, env) : new Response('no such route', { status: 404 })
  },
  scheduled() {},
}
