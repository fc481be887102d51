// SPDX-License-Identifier: GPL-3.0-or-later
// Every page: where it is, what it is called, who may see it.
import type { ComponentType } from 'preact';
import { may, type Right } from '../api/session';
import type { Key } from '../i18n';
import { offers } from '../api/description';
import { lazy } from '../parts/lazy';
import type { Place } from '../parts/route';

export interface PageProps {
  here: Place;
}

export interface PageRow {
  path: string;
  title: Key;
  group: Key;
  right: Right;
  view: ComponentType<PageProps>;
  /** What the server must be able to do; without it the page is not there. */
  needs?: string;
}

export const PAGES: PageRow[] = [
  { path: '', title: 'dashboard', group: 'group_server', right: 'look', view: lazy(async () => (await import('./dashboard')).Dashboard) },
  { path: 'mailboxes', title: 'mailboxes', group: 'group_people', right: 'look', view: lazy(async () => (await import('./mailboxes')).Mailboxes) },
  { path: 'groups', title: 'groups', group: 'group_people', right: 'look', view: lazy(async () => (await import('./groups')).Groups) },
  { path: 'rooms', title: 'rooms', group: 'group_people', right: 'look', view: lazy(async () => (await import('./rooms')).Rooms) },
  { path: 'shares', title: 'shares', group: 'group_people', right: 'look', view: lazy(async () => (await import('./shares')).Shares) },
  { path: 'policies', title: 'policies', group: 'group_people', right: 'look', view: lazy(async () => (await import('./policies')).Policies) },
  { path: 'calendars', title: 'calendars', group: 'group_people', right: 'look', view: lazy(async () => (await import('./calendars')).Calendars), needs: '/calendars/links' },
  { path: 'directory', title: 'directory', group: 'group_people', right: 'look', view: lazy(async () => (await import('./directory')).Directory) },
  { path: 'trace', title: 'trace', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./trace')).Trace) },
  { path: 'search', title: 'search', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./search')).Search) },
  { path: 'queue', title: 'queue', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./queue')).Queue) },
  { path: 'quarantine', title: 'quarantine', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./quarantine')).Quarantine) },
  { path: 'moderation', title: 'moderation', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./moderation')).Moderation) },
  { path: 'rules', title: 'rules', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./rules')).Rules) },
  { path: 'spam', title: 'spam', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./spam')).Spam) },
  { path: 'collectors', title: 'collectors', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./collectors')).Collectors) },
  { path: 'domains', title: 'domains', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./domains')).Domains) },
  { path: 'reports', title: 'reports', group: 'group_mail', right: 'look', view: lazy(async () => (await import('./reports')).Reports) },
  { path: 'statistics', title: 'statistics', group: 'group_server', right: 'look', view: lazy(async () => (await import('./statistics')).Statistics) },
  { path: 'services', title: 'services', group: 'group_server', right: 'look', view: lazy(async () => (await import('./services')).Services) },
  { path: 'sessions', title: 'sessions', group: 'group_server', right: 'look', view: lazy(async () => (await import('./sessions')).Sessions) },
  { path: 'log', title: 'log', group: 'group_server', right: 'audit', view: lazy(async () => (await import('./log')).Log) },
  { path: 'audit', title: 'audit', group: 'group_server', right: 'audit', view: lazy(async () => (await import('./audit')).Audit) },
  { path: 'roles', title: 'roles', group: 'group_server', right: 'look', view: lazy(async () => (await import('./roles')).Roles), needs: '/roles' },
  { path: 'doctor', title: 'doctor', group: 'group_server', right: 'look', view: lazy(async () => (await import('./doctor')).Doctor) },
  { path: 'backup', title: 'backup', group: 'group_server', right: 'server', view: lazy(async () => (await import('./backup')).Backup) },
  { path: 'jobs', title: 'jobs', group: 'group_server', right: 'look', view: lazy(async () => (await import('./jobs')).Jobs) },
  { path: 'settings', title: 'settings', group: 'group_server', right: 'look', view: lazy(async () => (await import('./settings')).Settings) },
];

/** Whether the page is there for who is signed in, at this server. */
export function isOffered(page: PageRow): boolean {
  return may(page.right) && (page.needs === undefined || offers('GET', page.needs));
}

export const GROUPS: Key[] = ['group_server', 'group_people', 'group_mail'];
