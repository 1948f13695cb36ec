import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

/** What is wrong with a value by a schema within a document, in sentences; empty when it is valid. */
export type SchemaValidator = (pointer: string, value: unknown) => readonly string[];

/** Validates against the schemas of a JSON document (2020-12), by their JSON pointers such as `#/components/schemas/Problem`. */
export function schemaValidator(document: object): SchemaValidator {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, 'document:');
  return (pointer, value) => {
    const validate = ajv.getSchema(`document:${pointer}`);
    if (validate === undefined) throw new Error(`The document has no schema at ${pointer}.`);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
}
