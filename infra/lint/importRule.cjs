/**
 * The import rules of the project as an ESLint rule: a file imports from its own folder, from what `importTable.json`
 * names for the folder (or file) whose row it falls under (the longest that fits), from Node, and from the npm packages named there. A type
 * counts like a value, `import()`, `require()` and `export … from` like `import`.
 */
const path = require('node:path');

/** The row of the table for a file: the one with the longest folder that it is in. */
function ruleFor(table, file) {
  return table.folders
    .filter(({ folder }) => isWithin(folder, file))
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** Whether the file is that module, or in that folder. */
function isWithin(folder, file) {
  return file === folder || file === `${folder}.ts` || file.startsWith(`${folder}/`);
}

/** Why the file may not import that, in a sentence; undefined where it may. Paths are relative to the project, with `/`. */
function refusal(table, file, specifier) {
  const rule = ruleFor(table, file);
  if (rule === undefined || specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    if (rule.packages === undefined) return undefined;
    const allowed = rule.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return allowed ? undefined : `${rule.folder} may not import the package ${specifier}.`;
  }
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const allowedFolders = rule.mayImport.flatMap((folder) => (folder === 'foundation' ? table.foundation : [folder]));
  const own = ruleFor(table, `${target}.ts`)?.folder === rule.folder;
  return own || allowedFolders.some((folder) => isWithin(folder, target) || isWithin(folder, `${target}.ts`))
    ? undefined
    : `${rule.folder} may not import ${target}.`;
}

/** @type {import('eslint').Rule.RuleModule} */
const rule = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create(context) {
    const [table] = context.options;
    const file = path.relative(context.cwd, context.filename).replaceAll(path.sep, '/');
    const check = (node) => {
      const specifier = node.type === 'Literal' ? node.value : undefined;
      if (typeof specifier !== 'string') return;
      const why = refusal(table, file, specifier);
      if (why !== undefined) context.report({ node, message: `${why} CONTRIBUTING.md has the table.` });
    };
    return {
      ImportDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => source && check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
      'CallExpression[callee.name="require"]': ({ arguments: [specifier] }) => specifier && check(specifier),
    };
  },
};

module.exports = { rule, refusal, ruleFor };
