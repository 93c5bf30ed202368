// ktool users set.

import { readFileSync } from 'node:fs'
import { listScramUsers, scramMechanisms, setScramUser } from '../../client/admin/scram-users.ts'
import { UsageError } from '../../errors.ts'
import { fileProblem } from '../../util/file-problem.ts'
import { integer } from '../../util/numbers.ts'
import { type Context, defineCommand } from '../command.ts'
import { secretInput } from '../secret-input.ts'

/** What Kafka's brokers take. */
const [MIN_ITERATIONS, MAX_ITERATIONS] = [4096, 16_384]

interface Row {
  user: string
  mechanism: string
  iterations: number
  result: 'set' | 'replaced' | 'would-set' | 'would-replace'
}

export const command = defineCommand({
  path: 'users set',
  summary: 'Make a user who logs in with SCRAM, or change the password',
  description:
    'Gives a user a password. It is typed without being shown, or comes as the first line of standard input, from a file or ' +
    'from the environment, but is never an argument; the brokers get only what SCRAM makes of it.',
  args: { name: { value: 'USER', doc: 'Name of the user' } },
  flags: {
    mechanism: {
      value: 'MECHANISM',
      choices: scramMechanisms,
      repeatable: true,
      defaultDoc: 'SCRAM-SHA-512',
      doc: 'Mechanism to log in with',
    },
    iterations: {
      value: 'N',
      parse: integer({ min: MIN_ITERATIONS, max: MAX_ITERATIONS }),
      default: MIN_ITERATIONS,
      doc: 'How costly guessing the password is',
    },
    passwordFile: { value: 'FILE', complete: 'file', doc: 'Take the password from the first line of a file' },
    passwordEnv: { value: 'VARIABLE', doc: 'Take the password from an environment variable' },
    dryRun: { doc: 'Show what would be set, and ask for no password' },
  },
  examples: [
    { line: 'ktool users set alice', doc: 'A password is typed' },
    { line: 'pass show kafka/etl | ktool users set etl', doc: 'From a password store' },
    {
      line: 'ktool users set etl --password-file etl.secret --mechanism SCRAM-SHA-256 --mechanism SCRAM-SHA-512',
      doc: 'For both mechanisms',
    },
  ],
  async run(context, { name }, { mechanism, iterations, passwordFile, passwordEnv, dryRun }) {
    if (name === '') throw new UsageError('the name of the user is empty')
    const mechanisms = mechanism.length > 0 ? [...new Set(mechanism)] : (['SCRAM-SHA-512'] as const)
    if (passwordFile !== undefined && passwordEnv !== undefined) {
      throw new UsageError('give --password-file or --password-env, not both')
    }
    const { cluster } = await context.client()
    const before = (await listScramUsers(cluster)).find(({ user }) => user === name)?.credentials ?? []
    if (!dryRun) {
      const password = await passwordOf(context, { passwordFile, passwordEnv })
      await setScramUser(
        cluster,
        name,
        password,
        mechanisms.map((each) => ({ mechanism: each, iterations })),
      )
    }
    const rows = context.rows<Row>({
      columns: [{ key: 'user' }, { key: 'mechanism' }, { key: 'iterations' }, { key: 'result' }],
    })
    for (const each of mechanisms) {
      const had = before.some((credential) => credential.mechanism === each)
      const result = dryRun ? (had ? 'would-replace' : 'would-set') : had ? 'replaced' : 'set'
      await rows.add({ user: name, mechanism: each, iterations, result })
    }
    await rows.end()
  },
})

async function passwordOf(
  context: Context,
  { passwordFile, passwordEnv }: { passwordFile: string | undefined; passwordEnv: string | undefined },
): Promise<string> {
  if (passwordEnv !== undefined) {
    const password = process.env[passwordEnv]
    if (!password) throw new UsageError(`the environment variable ${passwordEnv} has no password`)
    return password
  }
  if (passwordFile === undefined) return secretInput(context, 'password', { twice: true })
  let text: string
  try {
    text = readFileSync(passwordFile, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, passwordFile, 'password file'))
  }
  const [line] = text.split(/\r?\n/)
  if (line === '') throw new UsageError(`the first line of ${passwordFile} is empty`)
  return line
}
