// The objects under test, and what `durable_object::test` can have done to them. Nothing of it is in a worker that is
// built to be deployed.

import { DurableObject } from "cloudflare:workers";
import unsafe from "workerd:unsafe";

/** The method that every object has here. No Rust method is called so. */
const RUN_ALARM = "durable_object::test::run_alarm";

/** The ids of the objects that have started, by the name of their class. */
const started = new Map();

/** The runs of alarms that have ended well and that a test still waits for, by number. */
const done = new Set();
let runs = 0;

/** A class as tests have it: it notes its objects, and runs their alarms when it is told to. */
export function tested(name, Class) {
  if (!(Class.prototype instanceof DurableObject)) return Class;
  const ids = new Set();
  started.set(name, ids);
  const Tested = {
    [name]: class extends Class {
      /** The alarm that is run early: its time, and who waits for it. */
      #early;

      constructor(ctx, env) {
        super(ctx, env);
        ids.add(String(ctx.id));
      }

      async alarm(info) {
        const early = this.#early;
        this.#early = undefined;
        if (early === undefined) return super.alarm(info);
        const { retryCount, isRetry } = info;
        try {
          await super.alarm({ retryCount, isRetry, scheduledTime: early.time });
        } catch (error) {
          early.reject(error);
          throw error;
        }
        done.add(early.run);
        early.resolve();
      }

      async [RUN_ALARM](run) {
        const { storage } = this.ctx;
        const time = await storage.getAlarm();
        if (time === null) return false;
        // The platform is to run it, with all that this means: the handler's own event, its retries.
        const ended = new Promise((resolve, reject) => {
          this.#early = { run, time, resolve, reject };
        });
        await storage.setAlarm(Date.now());
        await ended;
        return true;
      }
    },
  }[name];
  if (!("alarm" in Class.prototype)) delete Tested.prototype.alarm;
  return Tested;
}

/** What tests can have done to objects. */
export const verbs = {
  /** Takes an object out of memory; whether it was there. */
  async evict(stub, webSockets) {
    try {
      await unsafe.evict(stub, { webSockets });
      return true;
    } catch (error) {
      if (error.message.includes("not currently running")) return false;
      throw error;
    }
  },

  evictAll(webSockets) {
    return unsafe.evictAllDurableObjects({ webSockets });
  },

  abortAll() {
    return unsafe.abortAllDurableObjects();
  },

  async deleteAll() {
    await unsafe.deleteAllDurableObjects();
    for (const ids of started.values()) ids.clear();
  },

  /** Runs an object's alarm; whether one was set. */
  async runAlarm(stub) {
    const run = runs++;
    try {
      return await stub[RUN_ALARM](run);
    } catch (error) {
      // The handler had the object end, and got to its own end before.
      if (done.has(run)) return true;
      throw error;
    } finally {
      done.delete(run);
    }
  },

  ids(name) {
    return Array.from(started.get(name) ?? []);
  },
};

/** Where `durable_object::test` finds them. */
globalThis.durableObjectTest = verbs;
