// How often something can be done in a second.

/** Runs `work` for at least half a second after a warm-up and prints what it does per second. */
export function measure(name: string, amount: number, unit: string, work: () => void): void {
  for (let i = 0; i < 3; i++) work()
  const start = process.hrtime.bigint()
  let rounds = 0
  let seconds = 0
  do {
    work()
    rounds++
    seconds = Number(process.hrtime.bigint() - start) / 1e9
  } while (seconds < 0.5)
  console.log(`${name.padEnd(44)} ${((amount * rounds) / seconds / 1e6).toFixed(1).padStart(9)} M ${unit}/s`)
}
