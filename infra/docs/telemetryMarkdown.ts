import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { code, markdownTable } from './markdownTable';

interface Occurrence {
  readonly name: string;
  readonly level: string;
  readonly fields: readonly string[];
  readonly folder: string;
}

/** docs/telemetry.md: every log event, metric and span, read off the source itself. */
export function telemetryMarkdown(project: string): string {
  const sources = readSources(project);
  return (
    `# Telemetry

Made from the code by \`npm run docs\`. Each line of the log is a JSON object with \`event\`, \`level\`, the fields named here and, as
part of a trace, \`traceId\`; none holds a secret, a token, an SDP or a link's signature. Where it goes: [settings.md](settings.md); ` +
    `what wakes a person, and queries: [operations.md](operations.md).

## Log events

${markdownTable(
  ['Event', 'Level', 'Fields', 'From'],
  logEvents(sources).map(({ name, level, fields, folder }) => [
    code(name),
    level,
    fields.map(code).join(' '),
    code(folder),
  ]),
)}
## Metrics

${markdownTable(
  ['Metric', 'What it counts'],
  metrics(sources).map(([name, text]) => [code(name), text]),
)}
## Spans

${markdownTable(
  ['Span', 'From'],
  spans(sources).map(([name, folder]) => [code(name), code(folder)]),
)}
`
  );
}

interface Source {
  readonly folder: string;
  readonly text: string;
}

function readSources(project: string): readonly Source[] {
  return readdirSync(join(project, 'shared'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => ({
      folder: relative(project, entry.parentPath).replaceAll('\\', '/'),
      text: readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    }));
}

/** One row for each event, level and folder, by name. */
function logEvents(sources: readonly Source[]): readonly Occurrence[] {
  const occurrences = new Map<string, Occurrence>();
  for (const { folder, text } of sources)
    for (const [, level = 'varies', name = '', object = ''] of text.matchAll(
      /\blog(?:\.(debug|info|warn|error)|\[level\])\(\s*'(\w+)'(?:,\s*\{([^{}]*)\})?/g,
    )) {
      const key = `${name} ${level} ${folder}`;
      const fields = new Set([...(occurrences.get(key)?.fields ?? []), ...fieldsOf(object)]);
      occurrences.set(key, { name, level, folder, fields: [...fields] });
    }
  return [...occurrences.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Names of an object literal's members, spreads left out. */
function fieldsOf(literal: string): readonly string[] {
  return literal
    .split(',')
    .map((member) => /^\s*(\w+)\s*(?::|$)/.exec(member)?.[1])
    .filter((name) => name !== undefined);
}

function metrics(sources: readonly Source[]): readonly (readonly [string, string])[] {
  return sources.flatMap(({ text }) =>
    [
      ...text.matchAll(
        /\.create(?:Counter|Histogram|ObservableGauge)\(\s*'([\w.]+)',\s*(?:inMs\(\s*|\{[^}]*?description:\s*)'([^']+)'/g,
      ),
    ].map(([, name = '', description = '']) => [name, description] as const),
  );
}

function spans(sources: readonly Source[]): readonly (readonly [string, string])[] {
  const named = sources.flatMap(({ folder, text }) =>
    [...text.matchAll(/\b(?:withSpan|withinSpan|startSpan)(?:<[^>]*>)?\(\s*(?:'([^']+)'|`([^`]+)`)/g)].map(
      ([, quoted, template]) => [(quoted ?? template ?? '').replace(/\$\{([^}]+)\}/g, '{$1}'), folder] as const,
    ),
  );
  return [...new Map(named.map((span) => [span.join(' '), span])).values()].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
}
