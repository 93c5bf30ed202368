// Turns Kafka's own configuration definitions (ConfigDef) into src/broker/configs/*-table.ts and documentation.ts.
// A new Kafka release is: put its jars into a folder, run this, read the diff.
//
//   node scripts/generate-configs.ts FOLDER_WITH_JARS
//
// Wanted there: a whole broker's class path (kafka_2.13 and all that it needs), and a JDK 17 on the PATH (`java`).

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Row {
  name: string
  type: string
  default: string | null
  required: boolean
  internal: boolean
  validator: Record<string, unknown> | null
  synonyms: string[]
  updateMode: string | null
  documentation: string
}

const program = `
import java.lang.reflect.Field;
import java.util.*;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.*;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

public class PrintConfigs {
  static Object field(Object of, String name) throws Exception {
    for (Class<?> c = of.getClass(); c != null; c = c.getSuperclass()) {
      try {
        Field field = c.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
      } catch (NoSuchFieldException e) { }
    }
    return null;
  }

  static Map<String, Object> validator(Object v) throws Exception {
    if (v == null) return null;
    Map<String, Object> out = new LinkedHashMap<>();
    String kind = v.getClass().getSimpleName();
    out.put("kind", kind);
    out.put("text", v.toString());
    if (kind.equals("Range")) {
      out.put("min", field(v, "min"));
      out.put("max", field(v, "max"));
    } else if (kind.equals("ValidList")) {
      out.put("strings", field(field(v, "validString"), "validStrings"));
      out.put("emptyAllowed", field(v, "isEmptyAllowed"));
      out.put("nullAllowed", field(v, "isNullAllowed"));
    } else if (kind.equals("ValidString")) {
      out.put("strings", field(v, "validStrings"));
    } else if (kind.equals("CaseInsensitiveValidString")) {
      out.put("strings", field(v, "validStrings"));
    }
    return out;
  }

  static List<Object> table(ConfigDef def, java.util.function.Function<String, List<String>> synonyms,
      Map<String, String> modes) throws Exception {
    List<Object> rows = new ArrayList<>();
    for (ConfigDef.ConfigKey key : new TreeMap<>(def.configKeys()).values()) {
      Map<String, Object> row = new LinkedHashMap<>();
      boolean required = key.defaultValue == ConfigDef.NO_DEFAULT_VALUE;
      row.put("name", key.name);
      row.put("type", key.type.toString());
      row.put("default", required || key.defaultValue == null ? null : ConfigDef.convertToString(key.defaultValue, key.type));
      row.put("required", required);
      row.put("internal", key.internalConfig);
      row.put("validator", validator(key.validator));
      row.put("synonyms", synonyms.apply(key.name));
      row.put("updateMode", modes.get(key.name));
      row.put("documentation", key.documentation);
      rows.add(row);
    }
    return rows;
  }

  public static void main(String[] args) throws Exception {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("topic", table(LogConfig.configDefCopy(), name -> {
      String server = ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
      return server == null ? List.of() : DynamicBrokerConfig.brokerConfigSynonyms(server, true);
    }, Map.of()));
    out.put("broker", table(AbstractKafkaConfig.CONFIG_DEF, name -> DynamicBrokerConfig.brokerConfigSynonyms(name, true),
        DynamicBrokerConfig.dynamicConfigUpdateModes()));
    out.put("group", table(GroupConfig.CONFIG_DEF, name -> {
      Optional<String> server = GroupConfig.brokerSynonym(name);
      return server.isEmpty() ? List.of() : DynamicBrokerConfig.brokerConfigSynonyms(server.get(), true);
    }, Map.of()));
    out.put("clientMetrics", table(ClientMetricsConfigs.configDef(), name -> List.of(), Map.of()));
    new ObjectMapper().writeValue(System.out, out);
  }
}
`

const root = join(import.meta.dirname, '..')
const libs = process.argv[2]
if (!libs) {
  console.error('usage: node scripts/generate-configs.ts FOLDER_WITH_JARS')
  process.exit(2)
}
const clients = readdirSync(libs).find((name) => /^kafka-clients-[\d.]+\.jar$/.test(name))
if (!clients) throw new Error(`no kafka-clients jar in ${libs}`)
const release = clients.slice('kafka-clients-'.length, -'.jar'.length)

function readTables(folderWithJars: string): Record<'topic' | 'broker' | 'group' | 'clientMetrics', Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-configs-'))
  try {
    const source = join(folder, 'PrintConfigs.java')
    writeFileSync(source, program)
    const out = execFileSync('java', ['-cp', join(folderWithJars, '*'), source], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return JSON.parse(out)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function quote(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}'`
}

/** Bounds beyond 2^53 are those of Java's long; they say nothing that the type does not. */
function bound(name: string, value: unknown): string[] {
  return typeof value === 'number' && Number.isSafeInteger(Math.trunc(value)) ? [`${name}: ${value}`] : []
}

function validator({ kind, text, ...data }: Record<string, unknown>): string | undefined {
  const strings = () => `[${(data['strings'] as string[]).map(quote).join(', ')}]`
  switch (kind) {
    case 'Range': {
      const bounds = [...bound('min', data['min']), ...bound('max', data['max'])]
      return `{ ${bounds.join(', ')} }`
    }
    case 'ValidString':
      return `{ oneOf: ${strings()} }`
    case 'CaseInsensitiveValidString':
      return `{ oneOf: ${strings()}, ignoreCase: true }`
    case 'ValidList': {
      const flags = [data['emptyAllowed'] ? '' : 'notEmpty: true', data['nullAllowed'] ? 'nullable: true' : '']
      return `{ ${[`list: ${strings()}`, ...flags].filter((part) => part !== '').join(', ')} }`
    }
    case 'NonEmptyString':
      return '{ nonEmpty: true }'
    case 'NonNullValidator':
      return undefined
    default:
      return /^\[(\d+),\.\.\.,(\d+)\] or -1$/.test(String(text))
        ? String(text).replace(/^\[(\d+),\.\.\.,(\d+)\] or -1$/, '{ min: $1, max: $2, or: -1 }')
        : undefined
  }
}

function tableSource(what: string, constant: string, rows: Row[]): string {
  const lines = rows.map((row) => {
    const parts = [`name: ${quote(row.name)}`, `type: '${row.type}'`]
    parts.push(`default: ${row.default === null ? 'null' : quote(row.default)}`)
    const rule = row.validator && validator(row.validator)
    if (rule) parts.push(`rule: ${rule}`)
    if (row.internal) parts.push('internal: true')
    const synonyms = row.synonyms.filter((name) => name !== row.name)
    if (constant === 'brokerTable' ? synonyms.length > 0 : row.synonyms.length > 0) {
      parts.push(`synonyms: [${(constant === 'brokerTable' ? synonyms : row.synonyms).map(quote).join(', ')}]`)
    }
    if (row.updateMode) parts.push(`update: '${row.updateMode}'`)
    return `  { ${parts.join(', ')} },`
  })
  return `${header(what)}
import type { ConfigDefinition } from './definition.ts'

// biome-ignore format: one line for each
export const ${constant}: readonly ConfigDefinition[] = [
${lines.join('\n')}
]
`
}

function header(what: string): string {
  return `// ${what}. Generated from Apache Kafka ${release} by scripts/generate-configs.ts; do not edit.\n`
}

const tables = readTables(libs)
const folder = join(root, 'src/broker/configs')
mkdirSync(folder, { recursive: true })
const files: [string, string][] = [
  ['topic-table.ts', tableSource('The configs of a topic', 'topicTable', tables.topic)],
  ['broker-table.ts', tableSource('The configs of a broker', 'brokerTable', tables.broker)],
  ['group-table.ts', tableSource('The configs of a group', 'groupTable', tables.group)],
  [
    'client-metrics-table.ts',
    tableSource('The configs of a client metrics subscription', 'clientMetricsTable', tables.clientMetrics),
  ],
  [
    'documentation.ts',
    `${header("Kafka's own text on every config; loaded only when a client asks for it")}
export type DocumentedTable = 'topic' | 'broker' | 'group' | 'clientMetrics'

// biome-ignore format: one line for each
export const documentation: Readonly<Record<DocumentedTable, Readonly<Record<string, string>>>> = {
${(Object.keys(tables) as (keyof typeof tables)[])
  .map(
    (table) =>
      `  ${table}: {\n${tables[table].map((row) => `    ${quote(row.name)}: ${quote(row.documentation)},`).join('\n')}\n  },`,
  )
  .join('\n')}
}
`,
  ],
]
for (const [name, text] of files) writeFileSync(join(folder, name), text)
