// SPDX-License-Identifier: GPL-3.0-or-later
// Where one is: "#/mailboxes/anna%40example.test?tab=policy". The server sees none of it.
import { useEffect, useState } from 'preact/hooks';

export interface Place {
  parts: string[];
  query: URLSearchParams;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function place(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter((part) => part !== '').map(decoded), query: new URLSearchParams(query) };
}

export function usePlace(): Place {
  const [here, setHere] = useState(place);
  useEffect(() => {
    const changed = () => setHere(place());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return here;
}

export function href(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

/** Notes a choice in the address, so that it can be sent to somebody; no step in the history. */
export function keepQuery(changes: Record<string, string>): void {
  const { query } = place();
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const [path = '#/'] = location.hash.split('?', 1);
  const text = query.toString();
  history.replaceState(null, '', text === '' ? path : `${path}?${text}`);
}

export function go(to: string): void {
  location.hash = to;
}
