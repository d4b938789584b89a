/**
 * Reads what `npm run bicep` made: the compiled template, and what it comes to for the parameters in infra/azure/snapshots.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the templates. */
export const folder = path.resolve(import.meta.dirname, '../../../infra/azure');

/** A file of that folder. */
export const source = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

/** A resource as it would be deployed. What only Azure knows stands as an expression, `[reference(…)…]`. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly scope?: string;
  // eslint-disable-next-line typescript/no-explicit-any -- a test looks into it at will
  readonly properties: any;
  readonly [more: string]: unknown;
}

/** `plain`: nothing but what must be given. `private`: network, Front Door, certificate, alerts. `managed`: API Management, secret. */
export const snapshotNames = ['plain', 'private', 'managed'] as const;

/** Every resource of a snapshot. */
export function resources(snapshot: (typeof snapshotNames)[number]): readonly Resource[] {
  const text = source(`snapshots/${snapshot}.snapshot.json`);
  return (JSON.parse(text) as { predictedResources: Resource[] }).predictedResources;
}

/** The resources of a type, whatever the case. */
export const ofType = (snapshot: (typeof snapshotNames)[number], type: string): readonly Resource[] =>
  resources(snapshot).filter((resource) => resource.type.toLowerCase() === type.toLowerCase());

/** The only resource of a type. */
export function only(snapshot: (typeof snapshotNames)[number], type: string): Resource {
  const [resource, another] = ofType(snapshot, type);
  if (!resource || another) throw new Error(`${snapshot} has not one ${type}`);
  return resource;
}

/** A compiled template, or one within it. */
export interface Template {
  readonly metadata?: { readonly sources?: string; readonly _generator?: { readonly version: string } };
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly outputs?: Readonly<Record<string, { readonly type?: string; readonly value?: unknown }>>;
  readonly definitions?: Readonly<Record<string, Definition>>;
  readonly resources: Readonly<Record<string, { readonly properties?: { readonly template?: Template } }>>;
}

/** A parameter of a template. */
export interface Parameter {
  readonly type?: string;
  readonly $ref?: string;
  readonly defaultValue?: unknown;
  readonly metadata?: { readonly description?: string };
}

/** A type of a template. */
export interface Definition {
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<
    Record<string, { readonly allowedValues?: readonly string[]; readonly nullable?: boolean }>
  >;
}

/** `azuredeploy.json`. */
export const template = (): Template => JSON.parse(source('azuredeploy.json')) as Template;

/** The template and every one within it, by the name of the module. */
export function everyTemplate(): ReadonlyMap<string, Template> {
  const whole = template();
  const modules = Object.entries(whole.resources).flatMap(([name, { properties }]) =>
    properties?.template ? [[name, properties.template] as const] : [],
  );
  return new Map([['main', whole], ...modules]);
}
