import { problemExample } from '../../shared/http/documents/examples/problemExamples';
import { errorTableMarkdown } from './errorTableMarkdown';

/** docs/errors.md */
export function errorsMarkdown(): string {
  return `# Errors

Every error of the HTTP API is a problem document (RFC 9457, \`application/problem+json\`). Decide by \`type\`; the sentence in
\`detail\` is for people. Where trying again can help, and for everything that went wrong at Skype for Business, the answer has
\`Retry-After\`. What Skype for Business itself said stands in \`code\`, \`subcode\` and \`requestId\`.

${errorTableMarkdown()}
The same names are the \`result\` of \`ucwa.command.settled\` and of the answer to a command on the queue. The platform itself answers
401 without a body where the function key is missing or wrong.

The second of two callers who answer the same call, for example, gets this:

\`\`\`json
${JSON.stringify(problemExample('alreadyClaimed'), null, 2)}
\`\`\`
`;
}
