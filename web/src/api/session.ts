// SPDX-License-Identifier: GPL-3.0-or-later
// Who is signed in, and what he may do. The rights only decide what is offered: the server asks again.
import { ApiError, ask } from './client';
import { listOf, rowOf, textOf, type Json } from './json';

export type Right = 'look' | 'audit' | 'contents' | 'help' | 'people' | 'server';

export interface Session {
  user: string;
  name: string;
  roles: string[];
  scope: string[];
  rights: string[];
  version: string;
}

const NO_TICKET = 'kontor.no-ticket';
const SIGNED_OUT = 'kontor.signed-out';

let current: Session | undefined;

function take(value: Json): Session {
  const row = rowOf(value);
  current = {
    user: textOf(row['user']),
    name: textOf(row['name']) || textOf(row['user']),
    roles: listOf(row['roles']).map(textOf),
    scope: listOf(row['scope']).map(textOf),
    rights: listOf(row['rights']).map(textOf),
    version: textOf(row['version']),
  };
  return current;
}

export function may(right: Right): boolean {
  return current?.rights.includes(right) ?? false;
}

export function roleNames(): string[] {
  return current?.roles ?? [];
}

async function attempt(question: Promise<{ value: Json }>): Promise<Session | undefined> {
  try {
    return take((await question).value);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}

export async function signInByTicket(): Promise<Session | undefined> {
  const session = await attempt(ask('POST', '/session', { query: { negotiate: 1 } }));
  if (session) localStorage.removeItem(NO_TICKET);
  else localStorage.setItem(NO_TICKET, '1');
  return session;
}

/** The session there is; else one by ticket, unless that is known to lead nowhere. */
export async function resume(): Promise<Session | undefined> {
  const session = await attempt(ask('GET', '/session'));
  if (session) return session;
  const asks = !localStorage.getItem(NO_TICKET) && !sessionStorage.getItem(SIGNED_OUT);
  return asks ? signInByTicket() : undefined;
}

export async function signInByPassword(user: string, password: string): Promise<Session> {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  const session = take((await ask('POST', '/session', { authorization })).value);
  sessionStorage.removeItem(SIGNED_OUT);
  return session;
}

export async function signOut(): Promise<void> {
  sessionStorage.setItem(SIGNED_OUT, '1');
  current = undefined;
  await ask('DELETE', '/session');
}
