/** A worker written in JavaScript that has bindings to the Rust worker and to its objects. */
export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    if (new URL(request.url).pathname !== '/call') return env.COUNTER_WORKER.fetch(request)
    const { binding, name, method, args } = await request.json()
    try {
      return Response.json({ value: await env[binding].getByName(name)[method](...args) })
    } catch (error) {
      return Response.json({ error: { name: error.name, message: error.message } })
    }
  },
}
