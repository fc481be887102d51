// SPDX-License-Identifier: GPL-3.0-or-later
// Every page: where it is, what it is called, who may see it.
import type { ComponentType } from 'preact';
import type { Right } from '../api/session';
import type { Key } from '../i18n';
import type { Place } from '../parts/route';
import { Audit } from './audit';
import { Collectors } from './collectors';
import { Dashboard } from './dashboard';
import { Directory } from './directory';
import { Domains } from './domains';
import { Groups } from './groups';
import { Jobs } from './jobs';
import { Log } from './log';
import { Mailboxes } from './mailboxes';
import { Moderation } from './moderation';
import { Policies } from './policies';
import { Quarantine } from './quarantine';
import { Queue } from './queue';
import { Reports } from './reports';
import { Rooms } from './rooms';
import { Rules } from './rules';
import { Services } from './services';
import { Sessions } from './sessions';
import { Settings } from './settings';
import { Shares } from './shares';
import { Spam } from './spam';
import { Statistics } from './statistics';
import { Trace } from './trace';

export interface PageProps {
  here: Place;
}

export interface PageRow {
  path: string;
  title: Key;
  group: Key;
  right: Right;
  view: ComponentType<PageProps>;
}

export const PAGES: PageRow[] = [
  { path: '', title: 'dashboard', group: 'group_server', right: 'look', view: Dashboard },
  { path: 'mailboxes', title: 'mailboxes', group: 'group_people', right: 'look', view: Mailboxes },
  { path: 'groups', title: 'groups', group: 'group_people', right: 'look', view: Groups },
  { path: 'rooms', title: 'rooms', group: 'group_people', right: 'look', view: Rooms },
  { path: 'shares', title: 'shares', group: 'group_people', right: 'look', view: Shares },
  { path: 'policies', title: 'policies', group: 'group_people', right: 'look', view: Policies },
  { path: 'directory', title: 'directory', group: 'group_people', right: 'look', view: Directory },
  { path: 'trace', title: 'trace', group: 'group_mail', right: 'look', view: Trace },
  { path: 'queue', title: 'queue', group: 'group_mail', right: 'look', view: Queue },
  { path: 'quarantine', title: 'quarantine', group: 'group_mail', right: 'look', view: Quarantine },
  { path: 'moderation', title: 'moderation', group: 'group_mail', right: 'look', view: Moderation },
  { path: 'rules', title: 'rules', group: 'group_mail', right: 'look', view: Rules },
  { path: 'spam', title: 'spam', group: 'group_mail', right: 'look', view: Spam },
  { path: 'collectors', title: 'collectors', group: 'group_mail', right: 'look', view: Collectors },
  { path: 'domains', title: 'domains', group: 'group_mail', right: 'look', view: Domains },
  { path: 'reports', title: 'reports', group: 'group_mail', right: 'look', view: Reports },
  { path: 'statistics', title: 'statistics', group: 'group_server', right: 'look', view: Statistics },
  { path: 'services', title: 'services', group: 'group_server', right: 'look', view: Services },
  { path: 'sessions', title: 'sessions', group: 'group_server', right: 'look', view: Sessions },
  { path: 'log', title: 'log', group: 'group_server', right: 'audit', view: Log },
  { path: 'audit', title: 'audit', group: 'group_server', right: 'audit', view: Audit },
  { path: 'jobs', title: 'jobs', group: 'group_server', right: 'look', view: Jobs },
  { path: 'settings', title: 'settings', group: 'group_server', right: 'look', view: Settings },
];

export const GROUPS: Key[] = ['group_server', 'group_people', 'group_mail'];
