// Generated from Rust: change the objects there and write it again.

import { DurableObject } from "cloudflare:workers";

/**
 * Has a method of every kind.
 *
 * And *\/ in its documentation.
 */
export declare class Everything extends DurableObject {
  /**
   * Takes an order.
   *
   * # Errors
   * When there is nothing left.
   * @throws {SoldOut}
   */
  order(order: Order, inAHurry?: boolean | null): Promise<number>;
  delete(delete_: number | null, default_: { [key: string]: Line }): Promise<Uint8Array | null>;
  deliver(orderId: number, delivery: Delivery): Promise<Delivery>;
  tree(root: Category): Promise<Category>;
  /** @throws {Error} */
  anything(anything: Unknown): Promise<Unknown>;
  /** @throws {SoldOut} */
  lines(): Promise<JsonLines<Line>>;
  /** @throws {Closed} */
  deliveries(orders: JsonLines<Order>): Promise<JsonLines<Delivery>>;
  passOn(bytes: ReadableStream<Uint8Array>, _anything: Unknown): Promise<ReadableStream<Uint8Array>>;
  /** @throws {Error} */
  nothing(): Promise<void>;
  fetch(request: Request): Promise<Response>;
}

export interface Category {
  name: string;
  parent?: Category | null;
  children: Category[];
}

export interface ClosedData {
  until?: Date | null;
}

export interface Delivery {
  notBefore?: Date | null;
  at: Date;
  street: string;
  plan?: Uint8Array | null;
  seal: Uint8Array;
  receipt?: bigint | null;
}

export type Line = [string, number];

export interface Order {
  orderId: number;
  lines: Line[];
  note?: string | null;
  state: State;
  extra: Unknown;
}

export type SoldOutData = "ForNow" | { Nearly: { left: number } };

export type State = { type: "Open" } | { type: "Shipped"; carrier: string; parts?: number | null };

export type Closed = Error & { name: "Closed" } & (
  | { code: "CLOSED"; data: ClosedData }
);

export type SoldOut = Error & { name: "SoldOut" } & (
  | { code: "FOR_NOW"; data: "ForNow" }
  | { code: "NEARLY"; data: { Nearly: { left: number } } }
);

/** Lines of JSON, with a `T` in each. */
export type JsonLines<T> = ReadableStream<Uint8Array> & { readonly __item?: InJson<T> };

/** The value that `JSON.parse` makes of a line. */
export type ItemOf<Lines> = Lines extends { readonly __item?: infer Item } ? Exclude<Item, undefined> : never;

/** A value after JSON. */
export type InJson<T> = T extends Date ? string
  : T extends Uint8Array ? number[]
  : T extends bigint ? number
  : T extends object ? { [Key in keyof T]: InJson<T[Key]> }
  : T;

/** Anything. */
export type Unknown = {} | null | undefined;

/** The bindings of the objects. `interface Env extends DurableObjects {}` makes them known. */
export interface DurableObjects {
  ALL: DurableObjectNamespace<Everything>;
}
