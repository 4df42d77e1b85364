/** Uses the `Env` that wrangler writes. Only the marked lines may not compile. */

export default {
  async fetch(_, env) {
    const total: number = await env.COUNTER.getByName('global').increment(5)
    // @ts-expect-error an argument of another type
    await env.COUNTER.getByName('global').increment('5')
    // @ts-expect-error a method that does not exist
    await env.COUNTER.getByName('global').decrement(5)
    const greeting: string = env.GREETING
    return Response.json({ greeting, total })
  },
} satisfies ExportedHandler<Env>
