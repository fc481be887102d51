// SPDX-License-Identifier: GPL-3.0-or-later
// A page that is fetched when somebody goes there, once.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../api/client';
import { t } from '../i18n';
import { Problem } from './loading';

export function lazy<P extends object>(fetchIt: () => Promise<ComponentType<P>>): ComponentType<P> {
  let there: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [error, setError] = useState('');
    const [, redraw] = useState(false);
    useEffect(() => {
      if (there) return;
      fetchIt().then((view) => {
        there = view;
        redraw(true);
      }, (failure: unknown) => setError(messageOf(failure)));
    }, []);
    if (there) {
      const View = there;
      return <View {...props} />;
    }
    return error === '' ? <p class="waiting" role="status">{t('loading')}</p> : <Problem text={error} />;
  };
}
