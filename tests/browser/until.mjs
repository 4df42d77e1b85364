/** Polls `check` until it returns something true, and returns that. An exception ends it at once. */
export const until = async (what, limitMs, check) => {
  const end = Date.now() + limitMs
  for (;;) {
    const result = await check()
    if (result) return result
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
