/** A worker that calls Rust objects. Nobody runs it: it has to compile, but for the marked lines. */

import type { Cell, DurableObjects, Kind, Record } from 'test-worker'

interface Env extends DurableObjects {
  GREETING: string
}

/** Fails to compile unless both types are the same. */
const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false) => {}

export default {
  async fetch(request, env) {
    const counter = env.COUNTER.getByName('global')
    const total = await counter.increment(5)
    same<typeof total, number>(true)
    same<Awaited<ReturnType<typeof counter.notes>>[number], number>(true)
    // @ts-expect-error an argument of another type
    await counter.increment('5')
    // @ts-expect-error a missing argument
    await counter.increment()
    // @ts-expect-error one argument too many
    await counter.increment(1, 2)
    // @ts-expect-error an object that does not exist
    env.COUNTERS.getByName('global')
    // @ts-expect-error a method in Rust's spelling
    await counter.add_slowly(1, 2)
    // @ts-expect-error a method that is not remote
    await env.VALUES.getByName('x').helper()
    // @ts-expect-error the result is a number
    const text: string = await counter.total()

    const values = env.VALUES.get(env.VALUES.idFromName('x'))
    const bytes = await env.ECHO.getByName('x').bytes(Uint8Array.of(1))
    const length: number = bytes.byteLength
    // @ts-expect-error bytes are not an array
    await env.ECHO.getByName('x').bytes([1])
    // To stubs as Cloudflare types them, a tuple is an array of any of its items.
    const pair: (number | string)[] = await values.pair([1, 'a'])
    // @ts-expect-error no item is a boolean
    await values.pair([true, 'a'])
    const maybe = await values.maybe()
    same<typeof maybe, number | null>(true)
    await values.maybe(null)
    await values.maybe(7)
    // @ts-expect-error no text
    await values.maybe('7')
    await values.greet('Ada')
    await values.greet('Ada', null)
    // @ts-expect-error the first argument is required
    await values.greet()
    const map = await values.map({ a: 1 })
    const value: number | undefined = map['a']
    // @ts-expect-error values are numbers
    await values.map({ a: '1' })
    same<Awaited<ReturnType<typeof values.nothing>>, void>(true)
    await values.delete('key')

    const rows = await env.TABLES.getByName('x').select('SELECT ?', [1, 'a', null, Uint8Array.of(1)])
    const cell: string | number | Uint8Array | null | undefined = rows[0]?.['a']
    // @ts-expect-error no SQL value
    await env.TABLES.getByName('x').select('SELECT ?', [{}])

    const ada: Record = { fullName: 'Ada', tags: [] }
    const record = await values.record({ ...ada, age: null })
    record.tags.includes(record.fullName)
    // @ts-expect-error a field in Rust's spelling
    await values.record({ full_name: 'Ada', tags: [] })
    // @ts-expect-error a missing field
    await values.record({ fullName: 'Ada' })

    const kinds: Kind[] = [{ kind: 'empty' }, { kind: 'sized', size: 3 }]
    const kind = await values.kind(kinds[0] ?? { kind: 'empty' })
    if (kind.kind === 'sized') kind.size.toFixed()
    // @ts-expect-error no such variant
    await values.kind({ kind: 'large' })
    // @ts-expect-error a variant without its field
    await values.kind({ kind: 'sized' })

    const cells: Cell[] = ['Null', { Bool: true }, { Blob: Uint8Array.of(1) }]
    const all = await env.TABLES.getByName('x').all('SELECT ?1', cells)
    for (const cell of all) if (typeof cell === 'object' && 'Text' in cell) cell.Text.trim()
    // @ts-expect-error no such variant
    await env.TABLES.getByName('x').all('SELECT ?1', ['None'])

    const { members } = await env.ROOM.getByName('x').report()
    const [boots, present] = [members.length, members.flat()]
    void [text, length, pair, value, boots, present, env.GREETING]
    return env.ROOM.getByName('x').fetch(request)
  },
} satisfies ExportedHandler<Env>
