// SPDX-License-Identifier: GPL-3.0-or-later
// Who may administer besides the administrators' group, and what.
import { listOf, textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page } from '../parts/page';
import { State } from '../parts/value';

const ROLES = ['full', 'help-desk', 'auditor', 'organisation'] as const;
const TEXTS = { full: 'role_full', 'help-desk': 'role_help_desk', auditor: 'role_auditor', organisation: 'role_organisation' } as const;

export function Roles() {
  return (
    <Page title={t('roles')} intro={t('roles_intro')}>
      <ListOf caption={t('roles')} path="/roles" sort="who"
        columns={[
          { name: 'who' }, { name: 'name' }, { name: 'role', show: (row) => <State value={textOf(row['role'])} /> },
          { name: 'domains', fixed: true, show: (row) => listOf(row['domains']).map(textOf).join(', ') || t('everywhere') },
          { name: 'units', fixed: true }, { name: 'problem', fixed: true },
        ]}
        tools={(reload) => (
          <Operation label="grant_role" method="PUT" path="/roles/{who}/{role}" right="server" isMain done={reload}
            fields={[
              { name: 'who', required: true, help: 'role_who_help' },
              { name: 'role', kind: 'choice', choices: [...ROLES], required: true, value: 'help-desk' },
              { name: 'domains', help: 'role_domains_help' }, { name: 'units', help: 'role_units_help' },
            ]} />
        )}
        actions={(row, reload) => {
          const [who, role] = [textOf(row['who']), textOf(row['role'])];
          return <Operation label="revoke_role" method="DELETE" path="/roles/{who}/{role}" values={{ who, role }} right="server" about={`${who}, ${role}`}
            confirm={t('revoke_role_text', { who })} isDangerous done={reload} />;
        }}
      />
      <div class="cards">
        <Card title={t('what_roles_may')} isWide>
          <dl class="members">{ROLES.map((role) => <div key={role}><dt><State value={role} /></dt><dd>{t(TEXTS[role])}</dd></div>)}</dl>
        </Card>
      </div>
    </Page>
  );
}
