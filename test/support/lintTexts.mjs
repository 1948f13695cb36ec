/**
 * Lints texts as if they were files of the project, by its import rules alone. Reads `[{filePath, text}]` as JSON from standard
 * input and prints the messages for each, in order.
 */
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => ruleId === 'imports/allowed',
  // The texts are no files, so there is no project to take types from.
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
});
const messages = [];
for (const { filePath, text: code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath });
  messages.push(result.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
console.log(JSON.stringify(messages));
