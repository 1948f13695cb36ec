import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Language, Parser, type Node } from 'web-tree-sitter';

/** The folder of the Bicep files. */
export const azureFolder = join(__dirname, '../../infra/azure');

export interface BicepFile {
  /** Relative to infra/azure. */
  readonly path: string;
  readonly text: string;
  readonly root: Node;
}

/** A parser of Bicep's grammar: it sees syntax, not whether a name exists. */
export async function createBicepParser(): Promise<(text: string) => Node> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'))));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new Error('The parser gave no tree.');
    return tree.rootNode;
  };
}

/** Every Bicep file of infra/azure, parsed. */
export async function readBicepFiles(): Promise<BicepFile[]> {
  const parse = await createBicepParser();
  return readdirSync(azureFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.bicep'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      return { path: relative(azureFolder, file).replaceAll('\\', '/'), text, root: parse(text) };
    });
}

/** All nodes of a type below `node`, in the order of the text. */
export function nodesOf(node: Node, type: string): Node[] {
  return node.descendantsOfType(type);
}

/** Line numbers at which the grammar was lost. */
export function syntaxErrorLines(node: Node): number[] {
  if (node.isError || node.isMissing) return [node.startPosition.row + 1];
  return node.children.flatMap(syntaxErrorLines);
}

/** The fields of the object that is the value of the variable `name`, each with the text of its value. */
export function fieldsOfVariable(root: Node, name: string): [field: string, value: string][] {
  const variable = nodesOf(root, 'variable_declaration').find((node) => node.namedChild(0)?.text === name);
  const object = variable?.namedChildren.find(({ type }) => type === 'object');
  if (object === undefined) throw new Error(`There is no variable ${name} with an object.`);
  return object.namedChildren
    .filter(({ type }) => type === 'object_property')
    .map((property) => [property.namedChild(0)?.text ?? '', property.namedChild(1)?.text ?? '']);
}
