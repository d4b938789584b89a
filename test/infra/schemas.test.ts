/**
 * The files that azd, Azure and GitHub read, held to the JSON schemas that those publish. The schemas are not ours to carry along:
 * `POSTRIDER_SCHEMAS` names the folder where docs/verification.md has you put them.
 */
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { everyTemplate, resources, snapshotNames, source } from './azure/template.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = process.env['POSTRIDER_SCHEMAS'] ?? '';
const need = createRequire(path.join(path.resolve(folder), 'schemas.js'));
const skip =
  !(folder && installed()) && 'there are no schemas: POSTRIDER_SCHEMAS=/folder, see docs/verification.md';

function installed(): boolean {
  try {
    return ['ajv', 'ajv-draft-04', 'ajv-formats', 'yaml'].every((name) => need.resolve(name));
  } catch {
    return false;
  }
}

const azureResourceManager = 'https://schema.management.azure.com/';
const azd = 'https://raw.githubusercontent.com/Azure/azure-dev/main/';
const schemaStore = 'https://json.schemastore.org/';

/** Where a schema's address is in the folder: each repository as it was cloned. */
const repositories = new Map([
  [azureResourceManager, 'azure-resource-manager-schemas/'],
  [azd, 'azure-dev/'],
  [schemaStore, 'schemastore/src/schemas/json/'],
]);

// eslint-disable-next-line typescript/no-explicit-any -- a schema is looked into at will
type Schema = any;
interface Validate {
  (document: unknown): boolean;
  readonly errors?: readonly {
    readonly instancePath: string;
    readonly message?: string;
    readonly params: unknown;
  }[];
}
interface Ajv {
  compile(schema: object): Validate;
  addSchema(schema: object, address: string): void;
  addMetaSchema(schema: object): void;
}

const fileOf = (address: string): string => {
  const [base, inside] = [...repositories].find(([start]) => address.startsWith(start)) ?? [];
  if (!base) throw new Error(`${address} is of no repository that the folder has`);
  return path.join(folder, inside ?? '', address.slice(base.length));
};

function load(address: string): Schema {
  const schema: Schema = JSON.parse(readFileSync(fileOf(address), 'utf8'));
  return /deploymentTemplate\.json$/i.test(address) ? secondLanguageVersion(schema) : schema;
}

/**
 * The published schema of a template knows neither language version 2.0 (symbolic names it knows, `definitions` and `$ref` it does
 * not), which Bicep writes, nor an expression in the place of tags. Each resource has its own schema, and is held to it below.
 */
function secondLanguageVersion(schema: Schema): Schema {
  const { properties, definitions } = schema;
  properties.languageVersion = { enum: ['2.0'] };
  properties.definitions = { type: 'object', additionalProperties: { type: 'object' } };
  for (const typed of [definitions.parameter, definitions.output]) {
    delete typed.required;
    typed.anyOf = [{ required: ['type'] }, { required: ['$ref'] }];
  }
  definitions.resourceBase.allOf[1].properties.tags = { type: ['object', 'string'] };
  definitions.resource = { $ref: '#/definitions/resourceBase' };
  return schema;
}

/** Ajv for a draft of JSON Schema, which takes what a schema refers to from the folder. */
function reader(draft: '2019' | '4'): (address: string, pointer?: string) => Validate {
  const Ajv = need(draft === '4' ? 'ajv-draft-04' : 'ajv/dist/2019').default;
  const ajv: Ajv = need('ajv-formats').default(new Ajv({ strict: false, allErrors: true }));
  // azd's schema is of 2019-09 and refers to some of draft 7, in which GitHub's is too.
  if (draft === '2019') ajv.addMetaSchema(need('ajv/dist/refs/json-schema-draft-07.json'));
  return (address, pointer = '') => {
    for (;;) {
      try {
        return ajv.compile({ $ref: `${address}${pointer}` });
      } catch (error) {
        const missing = (error as { missingSchema?: string }).missingSchema?.replace(/#.*/, '');
        if (!missing) throw error;
        ajv.addSchema(load(missing), missing);
      }
    }
  };
}

function holds(validate: Validate, document: unknown, name: string): void {
  const errors = validate(document) ? [] : (validate.errors ?? []);
  assert.deepEqual(
    errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`),
    [],
    name,
  );
}

const readYaml = (file: string): unknown => need('yaml').parse(readFileSync(path.join(root, file), 'utf8'));

/** The schema of a type of resource: of its API version, or of the newest before it that was published. */
function schemaOf(type: string, apiVersion: string): { version: string; address: string; pointer: string } {
  const [namespace = ''] = type.toLowerCase().split('/');
  const versions = readdirSync(fileOf(`${azureResourceManager}schemas/`))
    .filter((version) => /^\d{4}-\d\d-\d\d$/.test(version) && version <= apiVersion)
    .toSorted()
    .toReversed();
  for (const version of versions) {
    for (const file of readdirSync(fileOf(`${azureResourceManager}schemas/${version}`))) {
      if (!file.toLowerCase().startsWith(`${namespace}.`)) continue;
      const address = `${azureResourceManager}schemas/${version}/${file}`;
      for (const [place, found] of Object.entries<Schema>(load(address))) {
        if (!/resourceDefinitions$/i.test(place)) continue;
        for (const [name, definition] of Object.entries<Schema>(found)) {
          const same = definition.properties?.type?.enum?.[0]?.toLowerCase() === type.toLowerCase();
          if (same) return { version, address, pointer: `#/${place}/${name}` };
        }
      }
    }
  }
  throw new Error(`no schema of ${type}`);
}

/** A resource without what comes to null, which is not set then, and with `properties`, for which the schemas ask where none is set. */
const asSchemasWriteIt = (resource: object): unknown =>
  JSON.parse(JSON.stringify({ properties: {}, ...resource }, (_, value: unknown) => value ?? undefined));

describe('the published schemas', { skip }, () => {
  test('azd takes azure.yaml', () => {
    holds(reader('2019')(`${azd}schemas/v1.0/azure.yaml.json`), readYaml('azure.yaml'), 'azure.yaml');
  });

  test('GitHub takes the workflows', () => {
    const validate = reader('2019')(`${schemaStore}github-workflow.json`);
    for (const file of globSync('.github/workflows/*.yml', { cwd: root }))
      holds(validate, readYaml(file), file);
  });

  test('Azure takes the parameters, and the template and the modules within it as templates', () => {
    const compile = reader('4');
    const named = (document: { readonly $schema: string }): Validate =>
      compile(document.$schema.replace('#', ''));
    const parameters = JSON.parse(source('main.parameters.json'));
    holds(named(parameters), parameters, 'main.parameters.json');
    for (const [name, template] of everyTemplate()) {
      const document = template as typeof template & { readonly $schema: string };
      holds(named(document), document, name);
    }
  });

  test('Azure takes every resource that the template comes to', (t) => {
    const compile = reader('4');
    const older = new Set<string>();
    for (const name of snapshotNames) {
      for (const resource of resources(name)) {
        const { version, address, pointer } = schemaOf(resource.type, String(resource['apiVersion']));
        if (version !== resource['apiVersion'])
          older.add(`${resource.type} was held to its schema of ${version}`);
        const validate = compile(address, pointer);
        // Some schemas give the rule for the whole name, some for its last part.
        const names = [resource.name, resource.name.split('/').at(-1)];
        const documents = names.map((named) =>
          asSchemasWriteIt({ ...resource, apiVersion: version, name: named }),
        );
        const document = documents.find((candidate) => validate(candidate)) ?? documents[0];
        holds(validate, document, `${name}: ${resource.type} ${resource.name}`);
      }
    }
    for (const sentence of older) t.diagnostic(sentence);
  });
});
