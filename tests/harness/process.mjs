/** The kernel's facts about a process. */

import { readdirSync, readFileSync } from 'node:fs'

/** CPU seconds used so far by all threads there are. @param {number} pid */
export const cpuSeconds = (pid) => {
  // In nanoseconds, where the process's own figure counts hundredths of a second.
  const threads = readdirSync(`/proc/${pid}/task`)
  const statistics = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'))
  return statistics.reduce((total, line) => total + Number(line.split(' ')[0]), 0) / 1e9
}

/** Resident memory in MiB. @param {number} pid */
export const residentMiB = (pid) => {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
