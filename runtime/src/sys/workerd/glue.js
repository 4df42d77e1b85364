// The JavaScript half of an object: a real `DurableObject`. Its prototype holds exactly the methods that the
// Rust code declares, and it survives the loss of the wasm instance.

import { DurableObject } from "cloudflare:workers";

/** The key under which an object keeps its Rust half. It is a symbol, so that neither RPC nor `Object.keys` sees it. */
const LIFE = Symbol("durable-object");

/** The exported classes by name. */
const classes = new Map();

/** Each object's `LIFE` by its `ctx`. Rust names an object by its `ctx`. */
const lives = new WeakMap();

/** For each unanswered call and open stream: the function that rejects or ends it, and its object. */
const pending = new Map();

/** The number of wasm instances so far. Values of earlier instances are gone. */
let generation = 0;

/**
 * The current instance: a Rust value that replaces it when it is lost, and the address in its memory of the
 * number of the object whose code runs.
 */
let instance;

/** The class of that Rust value. */
let Instance;

/** Why the last instance was lost: the error for callers of the object at fault, and the error for the others. */
let lastCrash;

/** The object through whose code an exception passes right now, if that unwinds its frames. */
let unwinding;

/** The Rust half that the running constructor has built, until JavaScript says which object it belongs to. */
let built;

/** The error of the call that just returned, when it failed in the ordinary way. */
let failure;

/** Starts an instance. Each new wasm instance calls this before anything else. */
export function started(rust, memory, address) {
  // The instance was replaced without a report of a crash: it crashed in code that serves no object.
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
    // Computed names put the method's name into stack traces.
    prototype[method] = { [method](...args) { return invoke(this, index, args); } }[method];
  });
  // The constructor of wasm-bindgen sets this property on the object for which it was called, and which
  // JavaScript made. That object is of the constructed class, which may be a subclass. Nothing else tells
  // which object it is.
  Object.defineProperty(prototype, "__wbg_ptr", { configurable: true, set() { adopt(this); } });
  Object.setPrototypeOf(prototype, DurableObject.prototype);
  Object.setPrototypeOf(constructor, DurableObject);
  classes.set(name, constructor);
}

/** Notes the Rust half of the object whose constructor runs, and returns whether an earlier one was lost. */
export function build(name, ctx, env, handle, number) {
  // One life for all halves that are ever built for a `ctx`, so that holders of an earlier object see the
  // change.
  const life = lives.get(ctx) ?? { name, generation };
  if (life.name !== name) throw new TypeError(`this object is of class ${life.name}, and not of class ${name} as well`);
  const lost = life.generation !== generation;
  built = Object.assign(life, { ctx, env, handle, number, generation });
  lives.set(ctx, life);
  return lost;
}

/** Gives an object its Rust half, and the properties that `DurableObject` gives to every object. */
function adopt(object) {
  // A sample of the class has no Rust half.
  if (built === undefined) return;
  const { ctx, env } = built;
  Object.assign(object, { ctx, env, [LIFE]: built });
  // The constructor defines this property next. `worker-build` puts a proxy before the object. The proxy
  // cannot show properties that are not configurable, and then JavaScript could not list the object's
  // properties.
  Object.defineProperty(object, "__wbg_inst", { configurable: true, writable: true });
  built = undefined;
}

/** Returns the names of a value's own properties. */
export function keys(value) {
  return value instanceof Object ? Object.keys(value) : [];
}

/** The error classes of JavaScript itself. */
const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Returns a JavaScript error with these own properties. */
export function throwable(name, message, properties) {
  const error = new (Object.hasOwn(ERRORS, name) ? ERRORS[name] : Error)(message);
  if (error.name !== name) error.name = name;
  for (const [key, value] of properties) {
    Object.defineProperty(error, key, { value, configurable: true, enumerable: true, writable: true });
  }
  return error;
}

/** Notes that the running call failed. The call throws this error when Rust has returned. */
function fail(error) {
  failure = { error };
}

function invoke(object, index, args) {
  const life = revived(object[LIFE]);
  return run(life, () => life.handle.call(index, args, args.length));
}

/** Runs Rust code. Returns its result or promise, or throws its error. */
function run(life, enter) {
  failure = undefined;
  let answer;
  try {
    answer = enter();
  } catch (error) {
    // Ordinary failures come through `fail`, so an error thrown here has passed through Rust's frames.
    throw escaped(error);
  }
  if (failure !== undefined) {
    const { error } = failure;
    failure = undefined;
    throw error;
  }
  return answer instanceof Promise ? answered(life, answer) : answer;
}

/** Returns a promise that also settles when the object, or the whole wasm instance, is lost. */
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

/** Starts an object again whose Rust half is gone: a new constructor, and a new `init` behind the gate. */
function revived(life) {
  if (life.generation !== generation) {
    const Class = classes.get(life.name);
    new Class(life.ctx, life.env);
  }
  return life;
}

/** Notes that an exception is leaving an object's code, which cannot see what it is. */
function unwound(ctx) {
  unwinding = lives.get(ctx);
}

/** Judges an exception that came out of Rust, and returns the error of its call. */
function escaped(error) {
  const life = unwinding;
  unwinding = undefined;
  if (life !== undefined) return lose(life, error);
  if (late(error)) return lastCrash.others;
  const own = crash(error);
  renew();
  return own;
}

/** Returns whether wasm-bindgen refused a call into a lost instance, with no code of this instance on the stack. */
function late(error) {
  // The message says "Wasm" for objects, and "WASM" for closures.
  return lastCrash !== undefined && culprit(instance) === 0 && /previous wasm instance/i.test(error?.message);
}

/** Returns the number of the object whose code runs in an instance, or 0, also when its code may not run any more. */
function culprit({ memory, address } = {}) {
  return memory === undefined ? 0 : new Uint32Array(memory.buffer, address, 1)[0];
}

/** Handles an unwound panic in the code of one object, and returns the error of its call. */
export function panicked(ctx, message) {
  return lose(lives.get(ctx), message);
}

/** Gives up an object whose memory cannot be trusted: answers its waiting calls; the next call starts it anew. */
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

/** Handles the loss of the wasm instance: answers every waiting call, and makes the next call start a new instance. */
export function crash(cause) {
  // Several sources report it; the first one knows best.
  if (instance !== undefined) {
    const { rust } = instance;
    const number = culprit(instance);
    instance = undefined;
    generation += 1;
    lastCrash = { own: crashError(cause), others: crashError(cause) };
    // The other calls will not crash again, unless the object at fault is unknown.
    if (number !== 0) lastCrash.others.retryable = true;
    console.error(lastCrash.own.message);
    queueMicrotask(renew);
    try {
      rust.replace();
    } catch {
      // It is too late for this instance to act; its abort handler arranges the replacement.
    }
    for (const [reject, life] of pending) reject(life?.number === number ? lastCrash.own : lastCrash.others);
    pending.clear();
  }
  return lastCrash.own;
}

/**
 * Starts the new instance as soon as no code of the lost one is on the stack. wasm-bindgen would start it at
 * the next call, after its check of the callback's instance. A callback of the lost instance would then run
 * in the memory of the new one.
 */
function renew() {
  try {
    Instance?.touch();
  } catch {
    // The next call reports the reason.
    return;
  }
  // The entry that `worker-build` writes also replaces an instance that it has seen panic or trap. This
  // prevents a second replacement.
  const entry = globalThis.__worker_init_state;
  if (entry !== undefined) entry.criticalError = false;
}

function crashError(cause) {
  // wasm-bindgen wraps an error that was thrown through Rust's frames.
  const origin = cause?.cause ?? cause;
  const error = new Error(`the object's code crashed: ${String(origin?.message ?? origin)}`);
  error.name = "ObjectCrashed";
  return error;
}

// A trap outside any call, in a continuation of asynchronous Rust, appears only here.
addEventListener("error", (event) => escaped(event.error));

/**
 * Ends an object. The platform's `abort` stops JavaScript at once and drops every waiting microtask, so it
 * gets a turn of its own. In a turn with Rust code, the futures of that code would never be polled again.
 */
export function abort(ctx, reason, retryAlarm) {
  setTimeout(() => ctx.abort(reason, { retryAlarm }), 0);
}

/** Describes a facet when it has to be started. */
export function startup(exported, props, id) {
  return () => ({ class: props === undefined ? exported : exported({ props }), id });
}

/** Calls a method of a stub. `.call` or `.apply` on a stub's property would be a remote call itself. */
export function remote(stub, method, args) {
  return stub[method](...args);
}

/** Returns a stream, and the writer that fills it. The reader gets an error when the object that fills it is lost. */
export function channel(ctx) {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  ended(ctx, writer.closed, (error) => writer.abort(error));
  return { readable, writer };
}

/** Ends the writing: all is written, or `error` is the reason why not. */
function finish(writer, error) {
  const finished = error === undefined ? writer.close() : writer.abort(error);
  // The reader may be gone already.
  finished.catch(() => {});
}

/** Reads a stream. The writer gets an error when the object that reads it is lost. */
export function reader(ctx, stream) {
  if (!(stream instanceof ReadableStream)) throw new TypeError("not a stream");
  const reader = stream.getReader();
  ended(ctx, reader.closed, (error) => reader.cancel(error));
  return reader;
}

/** Ends the reading. */
function cancel(reader) {
  reader.cancel().catch(() => {});
}

/** Calls `lost` when the object is lost before `closed` settles, in the event in which this function was called. */
function ended(ctx, closed, lost) {
  const forget = onLoss(ctx, lost);
  closed.then(forget, forget);
}

/**
 * Calls `lost` when the object is lost, in the event in which this function was called. Returns a function that
 * cancels this.
 */
function onLoss(ctx, lost) {
  let reject;
  const loss = new Promise((_, rejected) => (reject = rejected));
  // Whatever it cannot do then, nobody waits for.
  loss.catch(lost).catch(() => {});
  pending.set(reject, lives.get(ctx));
  return () => pending.delete(reject);
}

/**
 * Sends `words` to a socket when the object is lost, or closes the socket when there are none. Returns a
 * function that cancels this. Call it when all that the socket waits for is done.
 */
export function entrust(ctx, socket, words) {
  return onLoss(ctx, (error) => {
    if (words === undefined) socket.close(1011, error.name);
    else socket.send(words);
  });
}

const encoder = new TextEncoder();

/** Writes text to a channel, as UTF-8. */
export function write(writer, text) {
  return writer.write(encoder.encode(text));
}

/** Runs `task` while all other events are held back; a failed one resets the object. */
export function gate(ctx, task) {
  const gated = ctx.blockConcurrencyWhile(async () => watched(run(lives.get(ctx), task)));
  // When the result is not awaited, the calls that arrive meanwhile get the error.
  gated.catch(() => {});
  return gated;
}

/**
 * Watches for a crash of another object. The report of it cannot reach an object behind its gate, because
 * nothing passes the gate from outside. A timer from inside has to look. It runs only while the task waits
 * for something.
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

/** Functions that Rust calls with values that need no conversion. */
export const direct = { fail, unwound, finish, cancel };
