// SPDX-License-Identifier: GPL-3.0-or-later
// What the interface says of its own operations (openapi.json): the fields of a form, and its help.
import { get } from './client';
import { isRow, listOf, rowOf, rowsOf, textOf, type Row } from './json';
import type { Field, FieldKind } from '../parts/form';

export interface Operation {
  summary: string;
  fields: Field[];
}

let loaded: Promise<Row> | undefined;

function description(): Promise<Row> {
  loaded ??= get('/openapi.json').then(rowOf, (error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** A part of the description, "$ref" followed. */
function resolve(all: Row, part: Row, depth = 0): Row {
  const target = textOf(part['$ref']);
  if (!target.startsWith('#/') || depth > 8) return part;
  let found: Row = all;
  for (const name of target.slice(2).split('/')) found = rowOf(found[name]);
  return resolve(all, found, depth + 1);
}

function kindOf(schema: Row, name: string): FieldKind {
  if (Array.isArray(schema['enum'])) return 'choice';
  const types = Array.isArray(schema['type']) ? listOf(schema['type']).map(textOf) : [textOf(schema['type'])];
  if (types.includes('boolean')) return 'check';
  if (types.includes('integer') || types.includes('number')) return 'number';
  if (types.includes('array')) return 'lines';
  if (name === 'file' || name === 'text') return 'area';
  return name === 'password' ? 'password' : 'text';
}

function fieldOf(name: string, schema: Row, help: string, required: boolean): Field {
  const field: Field = { name, kind: kindOf(schema, name), required, helpText: help };
  if (field.kind === 'choice') field.choices = listOf(schema['enum']).map(textOf);
  return field;
}

let offered: Set<string> | undefined;

function bare(method: string, path: string): string {
  return `${method.toLowerCase()} ${path.replace(/\{[^}]*\}/g, '{}')}`;
}

/** Reads what this server can do, so that `offers` knows. */
export async function prepare(): Promise<void> {
  const paths = rowOf((await description())['paths']);
  offered = new Set(Object.entries(paths).flatMap(([path, row]) => Object.keys(rowOf(row)).map((method) => bare(method, path))));
}

/** Has this server such an operation? While that is not known, it may have; jobs are no row of its table. */
export function offers(method: string, path: string): boolean {
  return path === '/jobs' || path.startsWith('/jobs/') || (offered?.has(bare(method, path)) ?? true);
}

/** The operation that stands at "/mailboxes/{account}/quota", without what stands in its path. */
export async function describe(method: string, path: string): Promise<Operation> {
  const all = await description();
  const paths = rowOf(all['paths']);
  const row = rowOf(paths[path] ?? paths[`/api/admin/v1${path}`]);
  const operation = rowOf(row[method.toLowerCase()]);
  const fields: Field[] = [];
  for (const part of [...rowsOf(row['parameters']), ...rowsOf(operation['parameters'])]) {
    const one = resolve(all, part);
    if (textOf(one['in']) !== 'query') continue;
    const schema = resolve(all, rowOf(one['schema']));
    const help = textOf(one['description']) || textOf(schema['description']);
    fields.push(fieldOf(textOf(one['name']), schema, help, one['required'] === true));
  }
  const content = rowOf(rowOf(resolve(all, rowOf(operation['requestBody']))['content'])['application/json']);
  const schema = resolve(all, rowOf(content['schema']));
  const required = listOf(schema['required']).map(textOf);
  for (const [name, value] of Object.entries(rowOf(schema['properties']))) {
    if (!isRow(value)) continue;
    const member = resolve(all, value);
    fields.push(fieldOf(name, member, textOf(member['description']), required.includes(name)));
  }
  return { summary: textOf(operation['description']) || textOf(operation['summary']), fields };
}
