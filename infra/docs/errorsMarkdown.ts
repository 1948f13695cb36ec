import { problemExample } from '../../shared/http/documents/examples/problemExamples';
import { errorTableMarkdown } from './errorTableMarkdown';

/** docs/errors.md */
export function errorsMarkdown(): string {
  return `# Errors

Every error of the HTTP API is a problem document (RFC 9457, \`application/problem+json\`). Decide by \`type\`; the sentence in
\`detail\` is for people. Where trying again can help, and for everything that went wrong at Skype for Business, the answer has
\`Retry-After\`. What Skype for Business itself said stands in \`code\`, \`subcode\` and \`requestId\`.

${errorTableMarkdown()}
The same names are the \`result\` of \`ucwa.command.settled\` and of the answer to a command on the queue. A path without a
route is \`notFound\`; a method that a route does not take is \`methodNotAllowed\`, with the others in \`Allow\`. The platform itself
answers, without a body, 401 where the function key is missing or wrong, and 404 outside of \`/api\`.

The second of two callers who answer the same call, for example, gets this:

\`\`\`json
${JSON.stringify(problemExample('alreadyClaimed'), null, 2)}
\`\`\`
`;
}
