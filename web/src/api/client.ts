// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the administration interface of the server that this page came from.
import { isRow, numberOf, rowsOf, textOf, type Json, type Row } from './json';
import { language } from '../i18n';

export const BASE = '/api/admin/v1';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Somebody else changed it meanwhile (RFC 9110, 15.5.13). */
  get isStale(): boolean {
    return this.status === 412;
  }
}

export type Query = Record<string, string | number | boolean | undefined>;
export interface Wish {
  query?: Query;
  body?: Row | undefined;
  authorization?: string;
  /** Only if what this tag stood for has not changed (RFC 9110, 13.1.1). */
  ifMatch?: string;
}
export interface Answer {
  status: number;
  value: Json;
  tag: string;
  location: string;
}

/** What the rest of the program does when the session has ended. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

/** "/mailboxes/{account}" with the values put in, each as one part of the path. */
export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{([\w-]+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function queryText(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '' && value !== false) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  let code = `HTTP_${response.status}`;
  let message = `${response.status} ${response.statusText}`.trim();
  const text = await response.text();
  try {
    const value = JSON.parse(text) as Json;
    const error = isRow(value) && isRow(value['error']) ? value['error'] : undefined;
    if (error) {
      code = textOf(error['code']) || code;
      message = textOf(error['message']) || message;
    }
  } catch {
    // Not of the interface: a gateway between, or no server at all.
  }
  return new ApiError(response.status, code, message);
}

async function read(response: Response): Promise<Json> {
  const text = await response.text();
  if (text === '') return null;
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  return isJson ? (JSON.parse(text) as Json) : text;
}

export async function ask(method: string, path: string, wish: Wish = {}): Promise<Answer> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': language(),
    'X-Kontor-Client': 'console',
  };
  if (wish.body !== undefined) headers['Content-Type'] = 'application/json';
  if (wish.authorization !== undefined) headers['Authorization'] = wish.authorization;
  if (wish.ifMatch) headers['If-Match'] = wish.ifMatch;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' };
  if (wish.body !== undefined) init.body = JSON.stringify(wish.body);
  const response = await fetch(BASE + path + queryText(wish.query), init);
  if (!response.ok) {
    const error = await errorOf(response);
    if (response.status === 401 && path !== '/session') onSignedOut();
    throw error;
  }
  return { status: response.status, value: await read(response), tag: response.headers.get('ETag') ?? '', location: response.headers.get('Location') ?? '' };
}

export async function get(path: string, query?: Query): Promise<Json> {
  return (await ask('GET', path, query ? { query } : {})).value;
}

export interface Listed {
  items: Row[];
  total: number;
  offset: number;
}
export interface View {
  limit: number;
  offset: number;
  sort: string;
  filter: string;
}

/** One page of a list: sorted, filtered and cut by the server. */
export async function list(path: string, view: View, query: Query = {}): Promise<Listed> {
  const value = await get(path, { ...query, limit: view.limit, offset: view.offset, sort: view.sort, filter: view.filter });
  return listed(value);
}

/** The same of a list that the server cannot cut: all of it, sorted, filtered and cut here. */
export async function listHere(path: string, view: View, query: Query = {}): Promise<Listed> {
  const words = view.filter.toLowerCase();
  const all = listed(await get(path, query)).items.filter((row) => JSON.stringify(row).toLowerCase().includes(words));
  const name = view.sort.replace(/^-/, '');
  if (name !== '') {
    const order = view.sort.startsWith('-') ? -1 : 1;
    const key = (row: Row) => row[name];
    all.sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      if (typeof left === 'number' && typeof right === 'number') return order * (left - right);
      return order * textOf(left).localeCompare(textOf(right));
    });
  }
  return { items: all.slice(view.offset, view.offset + view.limit), total: all.length, offset: view.offset };
}

export function listed(value: Json): Listed {
  if (Array.isArray(value)) {
    const items = rowsOf(value);
    return { items, total: items.length, offset: 0 };
  }
  if (isRow(value) && Array.isArray(value['items'])) {
    const items = rowsOf(value['items']);
    const total = value['total'] === undefined ? items.length : numberOf(value['total']);
    return { items, total, offset: numberOf(value['offset']) };
  }
  return { items: [], total: 0, offset: 0 };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
