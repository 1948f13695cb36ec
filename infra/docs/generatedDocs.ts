import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnectorDefinition } from '../../shared/http/connector/connectorDefinition';
import { createAsyncApi } from '../../shared/http/documents/asyncApi';
import { createEventSchema } from '../../shared/http/documents/eventSchema';
import { commandExamples, replyExample, unreadableExample } from '../../shared/http/documents/examples/busExamples';
import {
  flatExample,
  invitationExamples,
  otherEventExamples,
  teamsExample,
} from '../../shared/http/documents/examples/eventExamples';
import { createOpenApi } from '../../shared/http/documents/openApi';
import { errorsMarkdown } from './errorsMarkdown';
import { eventFieldsMarkdown } from './eventFieldsMarkdown';
import { outcomesMarkdown } from './outcomesMarkdown';
import { replaceBlock } from './replaceBlock';
import { routesMarkdown } from './routesMarkdown';
import { settingsMarkdown } from './settingsMarkdown';

/** Consumers that a reader can paste: written by hand, shown in docs/events.md. */
export const consumers = {
  'consumer.ts': 'ts',
  'consumer.py': 'python',
  'Consumer.cs': 'csharp',
  'onInvitationEvent.ts': 'ts',
} as const;

/**
 * Every file that is made from the code, by its path in the project, with its content: documents, examples, tables, and
 * the blocks within what is written by hand. Reads the files that have such blocks.
 */
export async function generatedDocs(project: string): Promise<Readonly<Record<string, string>>> {
  const read = (path: string): string => readFileSync(join(project, path), 'utf8');
  const withBlocks = (path: string, blocks: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    [path]: replaceBlocks(read(path), path, blocks),
  });
  const events = exampleFiles();
  return {
    'docs/openapi.json': toText(await createOpenApi()),
    'docs/asyncapi.json': toText(createAsyncApi()),
    'docs/schemas/invitation-event.v1.json': toText(createEventSchema()),
    // Four spaces: custom connectors, "Follow coding standards".
    'infra/power-platform/apiDefinition.swagger.json': `${JSON.stringify(await createConnectorDefinition(), null, 4)}\n`,
    'docs/outcomes.md': outcomesMarkdown(),
    'docs/errors.md': errorsMarkdown(),
    ...Object.fromEntries(
      Object.entries(events).map(([name, example]) => [`docs/examples/${name}.json`, toText(example)]),
    ),
    ...withBlocks('docs/settings.md', { settings: `\n${settingsMarkdown()}\n` }),
    ...withBlocks('docs/events.md', {
      ringing: fenced('json', JSON.stringify(events['invitation.ringing'], null, 2)),
      routes: `\n${routesMarkdown()}\n`,
      members: `\n${eventFieldsMarkdown()}\n`,
      ...Object.fromEntries(
        Object.entries(consumers).map(([file, language]) => [
          file,
          fenced(language, read(`docs/examples/${file}`).trimEnd()),
        ]),
      ),
    }),
  };
}

/** Names of the example files and what is in them. */
function exampleFiles(): Readonly<Record<string, unknown>> {
  const prefixed = (prefix: string, examples: Readonly<Record<string, unknown>>): [string, unknown][] =>
    Object.entries(examples).map(([name, example]) => [`${prefix}.${name}`, example]);
  const { gap, settled, failing, recovered, disabled, test } = otherEventExamples();
  return {
    ...Object.fromEntries([...prefixed('invitation', invitationExamples()), ...prefixed('command', commandExamples())]),
    'channel.gap': gap,
    'command.settled': settled,
    'command.reply': replyExample(),
    'subscription.failing': failing,
    'subscription.recovered': recovered,
    'subscription.disabled': disabled,
    'subscription.test': test,
    'unreadable-event': unreadableExample().payload,
    'webhook.flat': flatExample(),
    'webhook.teams': teamsExample(),
  };
}

function replaceBlocks(text: string, path: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((rest, [name, content]) => {
    const replaced = replaceBlock(rest, name, content);
    if (replaced === undefined) throw new Error(`${path} has no place for "${name}".`);
    return replaced;
  }, text);
}

function fenced(language: string, text: string): string {
  return `\n\`\`\`${language}\n${text}\n\`\`\`\n\n`;
}

function toText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
