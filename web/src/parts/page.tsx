// SPDX-License-Identifier: GPL-3.0-or-later
// What every page has: a title that the browser and the screen reader hear of, tabs, cards.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { list, listHere, type Query, type View } from '../api/client';
import { t, type Key } from '../i18n';
import { Table, type TableProps } from './table';

// The first page after loading leaves the focus where a page begins: the link to the content comes first there.
let isFirst = true;

export function Page(props: { title: string; intro?: string; tools?: ComponentChildren; children: ComponentChildren }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Kontor`;
    if (!isFirst) head.current?.focus({ preventScroll: true });
    isFirst = false;
    scrollTo(0, 0);
  }, [props.title]);
  return (
    <>
      <div class="page-head">
        <h1 ref={head} tabIndex={-1}>{props.title}</h1>
        <div class="page-tools">{props.tools}</div>
      </div>
      {props.intro && <p class="intro">{props.intro}</p>}
      {props.children}
    </>
  );
}

export interface Tab {
  to: string;
  label: Key;
  isHere: boolean;
}

export function Tabs(props: { label: string; tabs: Tab[] }) {
  return (
    <nav class="tabs" aria-label={props.label}>
      {props.tabs.map((tab) => (
        <a key={tab.to} href={tab.to} aria-current={tab.isHere ? 'page' : undefined}>{t(tab.label)}</a>
      ))}
    </nav>
  );
}

export function Card(props: { title: string; tools?: ComponentChildren; children: ComponentChildren; isWide?: boolean }) {
  return (
    <section class={props.isWide ? 'card card-wide' : 'card'}>
      <div class="card-head">
        <h2>{props.title}</h2>
        <div class="page-tools">{props.tools}</div>
      </div>
      {props.children}
    </section>
  );
}

/** A table of what a path of the interface lists. */
export function ListOf(props: Omit<TableProps, 'load'> & { path: string; query?: Query; isCutHere?: boolean }) {
  const { path, query, isCutHere, ...table } = props;
  const load = (view: View) => (isCutHere ? listHere : list)(path, view, query ?? {});
  return <Table {...table} load={load} of={`${path} ${JSON.stringify(query ?? {})} ${props.of ?? ''}`} />;
}
