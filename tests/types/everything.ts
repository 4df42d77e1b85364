/** Calls an object that has a method of every kind. As in `worker.ts`, only the marked lines may not compile. */

import type { Category, Closed, Delivery, DurableObjects, ItemOf, JsonLines, Order, SoldOut } from 'everything'

/** Fails to compile unless both types are the same. */
const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false) => {}

export const call = async (env: DurableObjects) => {
  const stub = env.ALL.getByName('x')
  const order: Order = { orderId: 1, lines: [['tea', 2]], state: { type: 'Open' }, extra: { any: ['thing'] } }
  const id: number = await stub.order(order)
  await stub.order({ ...order, note: null, state: { type: 'Shipped', carrier: 'x', parts: 2 } }, true)
  // @ts-expect-error a variant without its field
  await stub.order({ ...order, state: { type: 'Shipped' } })
  // @ts-expect-error a field of another variant
  await stub.order({ ...order, state: { type: 'Open', carrier: 'x' } })
  // @ts-expect-error only the last parameters may be left out
  await stub.delete(undefined, {})
  const delivery: Delivery = await stub.deliver(id, { at: new Date(0), street: 'High Street', seal: Uint8Array.of(1) })
  await stub.deliver(id, { ...delivery, notBefore: delivery.at, plan: null, receipt: 1n })
  // @ts-expect-error a date is required
  await stub.deliver(id, { street: 'High Street', seal: Uint8Array.of(1) })
  // @ts-expect-error a date is not a text
  await stub.deliver(id, { ...delivery, at: '1970-01-01' })
  const bytes: Uint8Array | null = await stub.delete(null, { a: ['b', 1] })
  const tree: Category = { name: 'all', children: [{ name: 'tea', children: [], parent: null }] }
  const name: string | undefined = (await stub.tree(tree)).children[0]?.name
  const anything = await stub.anything([1, 'a', null])
  // @ts-expect-error it has to be looked at first
  anything.length
  const lines = await stub.lines()
  same<ItemOf<typeof lines>, [string, number]>(true)
  const passedOn: ReadableStream<Uint8Array> = await stub.passOn(lines, new Map())
  // Any stream of bytes can be one of lines: only who makes it knows.
  const deliveries = await stub.deliveries(passedOn)
  const first: ItemOf<typeof deliveries> = JSON.parse('{}')
  // In a line, a date is text and bytes are numbers.
  same<typeof first.at, string>(true)
  same<typeof first.plan, number[] | null | undefined>(true)
  same<typeof first.receipt, number | null | undefined>(true)
  // @ts-expect-error lines of something else
  const others: JsonLines<string> = deliveries
  // @ts-expect-error bytes are not a stream of bytes
  await stub.passOn(Uint8Array.of(1), null)
  const forNow = { name: 'SoldOut', code: 'FOR_NOW', data: 'ForNow' } as const
  const soldOut: SoldOut = Object.assign(new Error('sold out'), forNow)
  // @ts-expect-error no such variant
  soldOut.data = 'ForEver'
  const text: string = typeof anything === 'string' ? anything : ''
  return [id, bytes, name, text, lines, others]
}

/** The text that a `catch` makes of an error that it knows. */
export const explain = (error: SoldOut | Closed): string => {
  switch (error.code) {
    case 'FOR_NOW':
      same<typeof error.data, 'ForNow'>(true)
      return error.message
    case 'NEARLY':
      return `only ${error.data.Nearly.left} left`
    case 'CLOSED':
      same<typeof error.name, 'Closed'>(true)
      return `closed until ${error.data.until?.toISOString() ?? 'further notice'}`
    // @ts-expect-error no such code
    case 'LATER':
      return ''
  }
}
