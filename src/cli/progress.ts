// Progress of long work: a spinner on stderr, loaded and shown only when the work has taken a while.

import type { Writable } from 'node:stream'
import type { Ora } from 'ora'
import type { Progress } from '../commands/command.ts'

/** Work that is done before this leaves no trace. */
const patienceMs = 400

/** For a stderr that is no terminal, and for --quiet. */
export function silentProgress(note: (text: string) => void): Progress {
  return {
    update() {},
    done(text) {
      if (text !== undefined) note(text)
    },
  }
}

export function spinner(label: string, stream: Writable, colour: boolean, note: (text: string) => void): Progress {
  let shown: Ora | undefined
  let text = () => label
  let finished = false
  const timer = setTimeout(async () => {
    const { default: ora } = await import('ora')
    // The work may have ended while the library was loading. stdin is the command's own.
    if (!finished)
      shown = ora({
        text: text(),
        stream: stream as NodeJS.WriteStream,
        color: colour ? 'cyan' : false,
        discardStdin: false,
      }).start()
  }, patienceMs)
  timer.unref()
  return {
    update(state) {
      if (shown !== undefined) shown.text = `${label} ${state()}`
      else text = () => `${label} ${state()}`
    },
    done(last) {
      finished = true
      clearTimeout(timer)
      shown?.stop()
      if (last !== undefined) note(last)
    },
  }
}
