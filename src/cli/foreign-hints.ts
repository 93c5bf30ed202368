// What to write here in the place of options of kcat and Kafka's own tools, for who has them in the fingers.

/** kcat's modes are commands here. */
const MODES: Record<string, string> = {
  '-C': "kcat's -C -t TOPIC is `ktool consume TOPIC`",
  '-P': "kcat's -P -t TOPIC is `ktool produce TOPIC`",
  '-L': "kcat's -L is `ktool topics describe`, and `ktool cluster describe` for the brokers",
  '-Q': "kcat's -Q -t TOPIC:PARTITION:TIME is `ktool offsets list TOPIC:PARTITION --at TIME`",
  '-M': "kcat's mock cluster -M is `ktool serve --memory`",
}

/** Of one command. */
const OF_COMMAND: Record<string, Record<string, string>> = {
  consume: {
    '-D': "what ends a record is part of --format: -f '%s\\n'",
    '-K': "a key is part of --format: -f '%k:%s\\n'",
    '--from-beginning': 'reading begins at the beginning, unless --offset says otherwise',
    '--max-messages': '--max-messages N is -c N',
    '--timeout-ms': '--timeout-ms is --idle 10s',
    '--property': "what is printed of a record is said by --format: -f '%k\\t%s\\n'",
    '--formatter-property': "what is printed of a record is said by --format: -f '%k\\t%s\\n'",
  },
  produce: {
    '-T': "kcat's -T is --tee",
    '--property': "where a key ends is said by --key-delimiter: -K '\\t'",
    '--reader-property': "where a key ends is said by --key-delimiter: -K '\\t'",
  },
}

/** Of all commands with that first word. */
const OF_OBJECT: Record<string, Record<string, string>> = {
  groups: {
    '--group': 'a group is an argument without an option: `ktool groups describe GROUP`',
    '--dry-run': 'without --execute nothing is changed',
  },
  topics: { '--topic': 'a topic is an argument without an option: `ktool topics describe TOPIC`' },
  dump: { '--files': 'files and folders are arguments without an option: `ktool dump FILE…`' },
}

const OPTIONS: Record<string, string> = {
  '-G': 'a group is read with `ktool consume -G GROUP TOPIC…`',
  '-J': "kcat's -J is --json",
  '-E': "kcat's -E is not needed: reading goes on at the end of a partition unless -e says otherwise",
  '-l': "kcat's -l FILE is `ktool produce TOPIC --lines FILE`",
  '-r': "kcat's -r URL is --registry URL, with `ktool avro consume TOPIC`",
  '-s': "kcat's -s avro is `ktool avro consume TOPIC`, or --decode key, value or both",
  '-d': "kcat's -d is -v",
  '-m': "kcat's -m SECONDS is --timeout",
  '-u': "kcat's -u is not needed: output is written as it comes",
}

/** Undefined where the option is none of theirs; `path` is the command that it was given to. */
export function foreignHint(option: string, path: string): string | undefined {
  const command = path.replace(/^avro /, '')
  if (option === '-t' || (option === '--topic' && command in OF_COMMAND)) {
    return `a topic is an argument without an option: \`ktool ${path === '' ? 'consume' : path} TOPIC\``
  }
  const ofObject = OF_OBJECT[command.split(' ')[0]]?.[option]
  if (ofObject !== undefined || command.includes(' ')) return ofObject
  return OF_COMMAND[command]?.[option] ?? MODES[option] ?? OPTIONS[option]
}
