// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of what holds for whom, and why something holds for a person.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page } from '../parts/page';
import { go, href } from '../parts/route';

function AskWhy() {
  return (
    <form class="tools" onSubmit={(event) => {
      event.preventDefault();
      const person = textOf(new FormData(event.currentTarget).get('person') as string).trim();
      if (person !== '') go(href('mailboxes', person, 'policy'));
    }}>
      <label>{t('why_for')} <input name="person" type="text" placeholder="anna@example.org" required /></label>
      <button type="submit">{t('explain')}</button>
    </form>
  );
}

export function Policies() {
  return (
    <Page title={t('policies')} intro={t('policies_intro')}>
      <AskWhy />
      <ListOf caption={t('policies')} path="/policies"
        columns={[{ name: 'rule' }, { name: 'level' }, { name: 'values', fixed: true }, { name: 'kept_by' }, { name: 'problem' }]}
        tools={(reload) => (
          <Operation label="set_policy" method="PUT" path="/policies/{who}" right="server" isMain done={reload}
            fields={[
              { name: 'who', required: true, help: 'policy_who_help' },
              { name: 'values', kind: 'lines', required: true, help: 'policy_values_help', rows: 4 },
            ]} />
        )}
        actions={(row, reload) => {
          const who = textOf(row['rule']);
          return (
            <Operation label="remove" method="DELETE" path="/policies/{who}" values={{ who }} right="server" about={who}
              fields={[{ name: 'name', help: 'policy_name_help' }]} confirm={t('remove_policy_text', { who })} isDangerous done={reload} />
          );
        }}
      />
    </Page>
  );
}
