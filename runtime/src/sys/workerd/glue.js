// The JavaScript half of an object: a real `DurableObject` whose prototype holds exactly the methods
// that the Rust code declares, and which survives the loss of the wasm instance.

import { DurableObject } from "cloudflare:workers";

/** Where an object keeps its Rust half; a symbol, so that neither RPC nor `Object.keys` sees it. */
const LIFE = Symbol("durable-object");

/** The exported classes by name. */
const classes = new Map();

/** How to reject each call that is still unanswered. */
const pending = new Set();

/** Counts wasm instances: what was made by an earlier one is gone. */
let generation = 0;

/** A Rust value of the current instance, through which a lost instance is replaced. */
let probe;

/** Why the last instance was lost. */
let lastCrash;

/** The error of the call that just returned, when it failed in the ordinary way. */
let failure;

/** Called by each new wasm instance before anything else. */
export function started(newProbe) {
  probe = newProbe;
}

/** Turns the class that wasm-bindgen exports into a `DurableObject` with just these methods. */
export function define(name, sample, methods) {
  const { constructor } = sample;
  const { prototype } = constructor;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key !== "constructor") delete prototype[key];
  }
  methods.forEach((method, index) => {
    // Computed names make each function carry its method's name in stack traces.
    prototype[method] = { [method](...args) { return invoke(this, index, args); } }[method];
  });
  Object.setPrototypeOf(prototype, DurableObject.prototype);
  Object.setPrototypeOf(constructor, DurableObject);
  classes.set(name, constructor);
}

/** The object that the runtime gets from its constructor. */
export function build(name, ctx, env, host) {
  const object = Reflect.construct(DurableObject, [ctx, env], classes.get(name));
  object[LIFE] = { name, ctx, env, host, generation };
  return object;
}

/** The errors that JavaScript itself has classes for. */
const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error as JavaScript has them, with these own properties. */
export function throwable(name, message, properties) {
  const error = new (Object.hasOwn(ERRORS, name) ? ERRORS[name] : Error)(message);
  if (error.name !== name) error.name = name;
  for (const [key, value] of properties) {
    Object.defineProperty(error, key, { value, configurable: true, enumerable: true, writable: true });
  }
  return error;
}

/** Notes that the call now running failed; it throws this when Rust has returned. */
export function fail(error) {
  failure = { error };
}

function invoke(object, index, args) {
  const { host } = revived(object[LIFE]);
  return run(() => host.call(index, args));
}

/** What Rust code returns, or throws, or promises. */
function run(enter) {
  failure = undefined;
  let answer;
  try {
    answer = enter();
  } catch (error) {
    // Ordinary failures come through `fail`, so whatever is thrown here went through Rust's frames
    // without unwinding them.
    crash(error);
    throw crashError();
  }
  if (failure !== undefined) {
    const { error } = failure;
    failure = undefined;
    throw error;
  }
  return answer instanceof Promise ? answered(answer) : answer;
}

/** A promise that also settles when the wasm instance dies. */
function answered(promise) {
  return new Promise((resolve, reject) => {
    pending.add(reject);
    const settle = (done) => (value) => {
      pending.delete(reject);
      done(value);
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/** An object whose wasm instance is gone starts again: a new constructor, a new `init` behind the gate. */
function revived(life) {
  if (life.generation !== generation) {
    const Class = classes.get(life.name);
    const fresh = new Class(life.ctx, life.env);
    life.host = fresh[LIFE].host;
    life.generation = generation;
  }
  return life;
}

/** The wasm instance is lost: answers every waiting call, and has the next one start a new instance. */
export function crash(cause) {
  // Told by several messengers, of whom the first knows best.
  if (probe !== undefined) {
    // wasm-bindgen wraps what was thrown through Rust's frames.
    const origin = cause?.cause ?? cause;
    lastCrash = String(origin?.message ?? origin);
    console.error(crashError().message);
    generation += 1;
    try {
      probe.replace();
    } catch {
      // It is too late for this instance to do anything; its abort handler sees to the replacement.
    }
    probe = undefined;
  }
  const waiting = [...pending];
  pending.clear();
  for (const reject of waiting) reject(crashError());
}

function crashError() {
  const error = new Error(`the object's code crashed: ${lastCrash}`);
  error.name = "ObjectCrashed";
  return error;
}

// A trap outside any call, in a continuation of asynchronous Rust, surfaces only here. Continuations of
// an instance that is already gone are refused by wasm-bindgen; they are no second crash.
addEventListener("error", (event) => {
  if (!String(event.error?.message).includes("previous Wasm instance")) crash(event.error);
});

/**
 * Ends an object. The platform's `abort` stops JavaScript where it stands and drops every microtask that waits, so it
 * gets a turn of its own: in one with Rust code, that code's futures would never be polled again.
 */
export function abort(ctx, reason) {
  setTimeout(() => ctx.abort(reason), 0);
}

/** Calls a method of a stub: `.call`/`.apply` on a stub's property would be remote calls themselves. */
export function remote(stub, method, args) {
  return stub[method](...args);
}

/** A stream, and the writer that fills it. Whoever reads it is told when the wasm instance dies. */
export function channel() {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  ended(writer.closed, (error) => writer.abort(error));
  return { readable, writer };
}

/** Nothing more will be written: all is said, or `error` is why not. */
export function finish(writer, error) {
  const finished = error === undefined ? writer.close() : writer.abort(error);
  // The reader may have gone first.
  finished.catch(() => {});
}

/** Reads a stream. Whoever fills it is told when the wasm instance dies. */
export function reader(stream) {
  if (!(stream instanceof ReadableStream)) throw new TypeError("not a stream");
  const reader = stream.getReader();
  ended(reader.closed, (error) => reader.cancel(error));
  return reader;
}

/** Nothing more will be read. */
export function cancel(reader) {
  reader.cancel().catch(() => {});
}

/** Calls `lost` when the wasm instance dies before `closed` settles; in the event in which this was called. */
function ended(closed, lost) {
  const promise = new Promise((resolve, reject) => {
    pending.add(reject);
    const forget = () => {
      pending.delete(reject);
      resolve();
    };
    closed.then(forget, forget);
  });
  promise.catch((error) => lost(error).catch(() => {}));
}

/** One row of a SQL cursor's raw iterator, or undefined after the last. */
export function step(rows) {
  const { done, value } = rows.next();
  return done ? undefined : value;
}

/** Runs `init` while all other events are held back; a failed one resets the object. */
export function gate(ctx, init) {
  ctx.blockConcurrencyWhile(async () => watched(run(init))).catch(() => {});
}

/**
 * The crash of another object cannot be told to one behind its gate, which nothing from outside passes: a timer
 * from within has to look. It runs only as long as the init has something to wait for.
 */
async function watched(init) {
  if (!(init instanceof Promise)) return;
  const begun = generation;
  let timer;
  const lost = new Promise((_, reject) => {
    timer = setInterval(() => {
      if (generation !== begun) reject(crashError());
    }, 20);
  });
  try {
    await Promise.race([init, lost]);
  } finally {
    clearInterval(timer);
  }
}
