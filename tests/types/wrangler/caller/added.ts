/** Adds the objects to the `Env` that wrangler writes. Only the marked lines may not compile. */

import type { DurableObjects } from '../objects/build'

interface Env extends Omit<Cloudflare.Env, keyof DurableObjects>, DurableObjects {}

export default {
  async fetch(_, env) {
    const total: number = await env.COUNTER.getByName('global').increment(5)
    // @ts-expect-error an argument of another type
    await env.COUNTER.getByName('global').increment('5')
    const greeting: string = env.GREETING
    // @ts-expect-error a variable that does not exist
    env.FAREWELL
    return Response.json({ greeting, total })
  },
} satisfies ExportedHandler<Env>
