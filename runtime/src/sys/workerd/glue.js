// The JavaScript half of an object: a real `DurableObject` whose prototype holds exactly the methods
// that the Rust code declares, and which survives the loss of the wasm instance.

import { DurableObject } from "cloudflare:workers";

/** Where an object keeps its Rust half; a symbol, so that neither RPC nor `Object.keys` sees it. */
const LIFE = Symbol("durable-object");

/** The exported classes by name. */
const classes = new Map();

/** Each object's `LIFE` by its `ctx`, which is how Rust names the object. */
const lives = new WeakMap();

/** How to reject each call that is still unanswered and end each open stream, and whose it is. */
const pending = new Map();

/** Counts wasm instances: what was made by an earlier one is gone. */
let generation = 0;

/**
 * The current instance: a Rust value, through which it is replaced when it is lost, and where in its memory the number
 * stands of the object whose code runs.
 */
let instance;

/** The class of that Rust value. */
let Instance;

/** Why the last instance was lost: what the callers of the object at fault are told, and those of the others. */
let lastCrash;

/** The object whose code an exception is passing through right now, if that unwinds its frames. */
let unwinding;

/** The Rust half that the running constructor has built, until JavaScript says which object it belongs to. */
let built;

/** The error of the call that just returned, when it failed in the ordinary way. */
let failure;

/** Called by each new wasm instance before anything else. */
export function started(rust, memory, address) {
  // Replaced, and nobody was told of a crash: it happened in code that serves no object.
  if (instance !== undefined) crash("the wasm instance trapped");
  instance = { rust, memory, address };
  Instance = rust.constructor;
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
  // The constructor of wasm-bindgen sets this on the object that it was called for, and which JavaScript made: one of
  // the class that is constructed, be it a subclass. Nothing else tells which object that is.
  Object.defineProperty(prototype, "__wbg_ptr", { configurable: true, set() { adopt(this); } });
  Object.setPrototypeOf(prototype, DurableObject.prototype);
  Object.setPrototypeOf(constructor, DurableObject);
  classes.set(name, constructor);
}

/** Notes the Rust half of the object whose constructor runs; gives whether an earlier one was lost. */
export function build(name, ctx, env, handle, number) {
  // One for all that is ever built for a `ctx`, so that who holds an earlier object sees the change.
  const life = lives.get(ctx) ?? { name, generation };
  if (life.name !== name) throw new TypeError(`this object is of class ${life.name}, and not of class ${name} as well`);
  const lost = life.generation !== generation;
  built = Object.assign(life, { ctx, env, handle, number, generation });
  lives.set(ctx, life);
  return lost;
}

/** Gives an object its Rust half, and what `DurableObject` gives to every object. */
function adopt(object) {
  // A sample of the class has none.
  if (built === undefined) return;
  const { ctx, env } = built;
  Object.assign(object, { ctx, env, [LIFE]: built });
  // The constructor goes on to define this one. `worker-build` puts a proxy before the object, which cannot show
  // properties that are not configurable: JavaScript could not list what the object has.
  Object.defineProperty(object, "__wbg_inst", { configurable: true, writable: true });
  built = undefined;
}

/** The names of the properties that a value has of its own. */
export function keys(value) {
  return value instanceof Object ? Object.keys(value) : [];
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
function fail(error) {
  failure = { error };
}

function invoke(object, index, args) {
  const life = revived(object[LIFE]);
  return run(life, () => life.handle.call(index, args, args.length));
}

/** What Rust code returns, or throws, or promises. */
function run(life, enter) {
  failure = undefined;
  let answer;
  try {
    answer = enter();
  } catch (error) {
    // Ordinary failures come through `fail`, so whatever is thrown here went through Rust's frames.
    throw escaped(error);
  }
  if (failure !== undefined) {
    const { error } = failure;
    failure = undefined;
    throw error;
  }
  return answer instanceof Promise ? answered(life, answer) : answer;
}

/** A promise that also settles when the object, or all of the wasm instance, is lost. */
function answered(life, promise) {
  return new Promise((resolve, reject) => {
    pending.set(reject, life);
    const settle = (done) => (value) => {
      pending.delete(reject);
      done(value);
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/** An object whose Rust half is gone starts again: a new constructor, a new `init` behind the gate. */
function revived(life) {
  if (life.generation !== generation) {
    const Class = classes.get(life.name);
    new Class(life.ctx, life.env);
  }
  return life;
}

/** Notes that an exception is on its way out of an object's code, which cannot see what it is. */
function unwound(ctx) {
  unwinding = lives.get(ctx);
}

/** Judges an exception that came out of Rust, and gives the error of the call in which it did. */
function escaped(error) {
  const life = unwinding;
  unwinding = undefined;
  if (life !== undefined) return lose(life, error);
  if (late(error)) return lastCrash.others;
  const own = crash(error);
  renew();
  return own;
}

/** Whether wasm-bindgen refused a call into a lost instance, and no code of this one was on the stack. */
function late(error) {
  // Of objects it says "Wasm", of closures "WASM".
  return lastCrash !== undefined && culprit(instance) === 0 && /previous wasm instance/i.test(error?.message);
}

/** The number of the object whose code runs in an instance, or 0: also when none of that code may run any more. */
function culprit({ memory, address } = {}) {
  return memory === undefined ? 0 : new Uint32Array(memory.buffer, address, 1)[0];
}

/** The code of one object panicked, and unwound. Gives the error of the call in which it did. */
export function panicked(ctx, message) {
  return lose(lives.get(ctx), message);
}

/** An object's memory cannot be relied on: answers its waiting calls, and has the next one start it anew. */
function lose(life, cause) {
  life.generation = undefined;
  const error = crashError(cause);
  console.error(error.message);
  for (const [reject, whose] of pending) {
    if (whose !== life) continue;
    pending.delete(reject);
    reject(error);
  }
  return error;
}

/** The wasm instance is lost: answers every waiting call, and has the next one start a new instance. */
export function crash(cause) {
  // Told by several messengers, of whom the first knows best.
  if (instance !== undefined) {
    const { rust } = instance;
    const number = culprit(instance);
    instance = undefined;
    generation += 1;
    lastCrash = { own: crashError(cause), others: crashError(cause) };
    // The same calls will not crash again, unless nobody knows what did.
    if (number !== 0) lastCrash.others.retryable = true;
    console.error(lastCrash.own.message);
    queueMicrotask(renew);
    try {
      rust.replace();
    } catch {
      // It is too late for this instance to do anything; its abort handler sees to the replacement.
    }
    for (const [reject, life] of pending) reject(life?.number === number ? lastCrash.own : lastCrash.others);
    pending.clear();
  }
  return lastCrash.own;
}

/**
 * Starts the new instance as soon as no code of the lost one is on the stack. wasm-bindgen would do so at the next call,
 * after it has looked whose callback is called: one of the lost instance would run in the memory of the new one.
 */
function renew() {
  try {
    Instance?.touch();
  } catch {
    // The next call says why.
    return;
  }
  // The entry that `worker-build` writes replaces the instance as well, when it has seen it panic or trap: not once more.
  const entry = globalThis.__worker_init_state;
  if (entry !== undefined) entry.criticalError = false;
}

function crashError(cause) {
  // wasm-bindgen wraps what was thrown through Rust's frames.
  const origin = cause?.cause ?? cause;
  const error = new Error(`the object's code crashed: ${String(origin?.message ?? origin)}`);
  error.name = "ObjectCrashed";
  return error;
}

// A trap outside any call, in a continuation of asynchronous Rust, surfaces only here.
addEventListener("error", (event) => escaped(event.error));

/**
 * Ends an object. The platform's `abort` stops JavaScript where it stands and drops every microtask that waits, so it
 * gets a turn of its own: in one with Rust code, that code's futures would never be polled again.
 */
export function abort(ctx, reason, retryAlarm) {
  setTimeout(() => ctx.abort(reason, { retryAlarm }), 0);
}

/** Says what a facet is, once it has to be started. */
export function startup(exported, props, id) {
  return () => ({ class: props === undefined ? exported : exported({ props }), id });
}

/** Calls a method of a stub: `.call`/`.apply` on a stub's property would be remote calls themselves. */
export function remote(stub, method, args) {
  return stub[method](...args);
}

/** A stream, and the writer that fills it. Whoever reads it is told when the object that fills it is lost. */
export function channel(ctx) {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  ended(ctx, writer.closed, (error) => writer.abort(error));
  return { readable, writer };
}

/** Nothing more will be written: all is said, or `error` is why not. */
function finish(writer, error) {
  const finished = error === undefined ? writer.close() : writer.abort(error);
  // The reader may have gone first.
  finished.catch(() => {});
}

/** Reads a stream. Whoever fills it is told when the object that reads it is lost. */
export function reader(ctx, stream) {
  if (!(stream instanceof ReadableStream)) throw new TypeError("not a stream");
  const reader = stream.getReader();
  ended(ctx, reader.closed, (error) => reader.cancel(error));
  return reader;
}

/** Nothing more will be read. */
function cancel(reader) {
  reader.cancel().catch(() => {});
}

/** Calls `lost` when the object is lost before `closed` settles; in the event in which this was called. */
function ended(ctx, closed, lost) {
  const promise = new Promise((resolve, reject) => {
    pending.set(reject, lives.get(ctx));
    const forget = () => {
      pending.delete(reject);
      resolve();
    };
    closed.then(forget, forget);
  });
  promise.catch((error) => lost(error).catch(() => {}));
}

/**
 * Has a socket hear `words` when the object is lost, or closes it where there are none. Gives what takes that back, because
 * all that the socket waits for is done.
 */
export function entrust(ctx, socket, words) {
  let done;
  const closed = new Promise((resolve) => (done = resolve));
  ended(ctx, closed, async (error) => {
    if (words === undefined) socket.close(1011, error.name);
    else socket.send(words);
  });
  return done;
}

const encoder = new TextEncoder();

/** Writes text to a channel, as UTF-8. */
export function write(writer, text) {
  return writer.write(encoder.encode(text));
}

/** Runs `task` while all other events are held back; a failed one resets the object. */
export function gate(ctx, task) {
  const gated = ctx.blockConcurrencyWhile(async () => watched(run(lives.get(ctx), task)));
  // Where nobody waits for it, those are told who are called meanwhile.
  gated.catch(() => {});
  return gated;
}

/**
 * The crash of another object cannot be told to one behind its gate, which nothing from outside passes: a timer
 * from within has to look. It runs only as long as the task has something to wait for.
 */
async function watched(task) {
  if (!(task instanceof Promise)) return;
  const begun = generation;
  let timer;
  const lost = new Promise((_, reject) => {
    timer = setInterval(() => {
      if (generation !== begun) reject(lastCrash.others);
    }, 20);
  });
  try {
    await Promise.race([task, lost]);
  } finally {
    clearInterval(timer);
  }
}

/** Rust calls these with values that need no conversion. */
export const direct = { fail, unwound, finish, cancel };
