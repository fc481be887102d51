// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { App } from './app';
import { language, setLanguage } from './i18n';
import { setTheme, theme } from './parts/theme';

setTheme(theme());
setLanguage(language());
const host = document.getElementById('app');
if (host) render(<App />, host);
