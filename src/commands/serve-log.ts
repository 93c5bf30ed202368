// How `ktool serve` says what it says: lines of text, or JSON objects.

import type { BrokerLog } from '../broker/broker.ts'
import type { Context } from './command.ts'

export interface ServeLog extends BrokerLog {
  /** That clients can come, on stdout. */
  listening(text: string, next: string, fields: object): void
}

export function textLog(context: Context): ServeLog {
  return {
    listening: (text, next) => context.stdout.write(`${text}; next: ${next}\n`),
    note: (text) => context.note(text),
    verbose: (text) => {
      if (context.verbose) context.note(text)
    },
    warn: (text) => context.warn(text),
  }
}

/** A JSON object a line. */
export function jsonLog(context: Context): ServeLog {
  const line = (level: string, message: string, more: object = {}) =>
    `${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`
  return {
    listening: (text, _next, fields) => context.stdout.write(line('info', text, fields)),
    note: (text) => {
      if (!context.quiet) context.stderr.write(line('info', text))
    },
    verbose: (text) => {
      if (context.verbose) context.stderr.write(line('debug', text))
    },
    warn: (text) => context.stderr.write(line('warn', text)),
  }
}
