// What to write here in the place of kcat's options, for who has them in the fingers.

/** kcat's modes are commands here. */
const MODES: Record<string, string> = {
  '-C': "kcat's -C -t TOPIC is `ktool consume TOPIC`",
  '-P': "kcat's -P -t TOPIC is `ktool produce TOPIC`",
  '-L': "kcat's -L is `ktool topics describe`, and `ktool cluster describe` for the brokers",
  '-Q': "kcat's -Q -t TOPIC:PARTITION:TIME is `ktool offsets list TOPIC:PARTITION --at TIME`",
  '-M': "kcat's mock cluster -M is `ktool serve --memory`",
}

const OPTIONS: Record<string, string> = {
  '-G': 'a group is read with `ktool consume -G GROUP TOPIC…`',
  '-J': "kcat's -J is --json",
  '-E': "kcat's -E is not needed: reading goes on at the end of a partition unless -e says otherwise",
  '-l': "kcat's -l FILE is `ktool produce TOPIC --lines FILE`",
  '-r': "kcat's -r URL is --registry URL, with `ktool avro consume TOPIC`",
  '-s': "kcat's -s avro is `ktool avro consume TOPIC`, or --decode key, value or both",
  '-T': "kcat's -T is --tee",
  '-u': "kcat's -u is not needed: output is written as it comes",
}

/** Undefined where the option is none of kcat's; `path` is the command that it was given to. */
export function kcatHint(option: string, path: string): string | undefined {
  if (option === '-t') {
    const command = path === '' ? 'consume' : path
    return `a topic is an argument without an option: \`ktool ${command} TOPIC\``
  }
  if (path.includes(' ') && !path.startsWith('avro ')) return undefined
  return MODES[option] ?? OPTIONS[option]
}
