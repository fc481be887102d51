// SPDX-License-Identifier: GPL-3.0-or-later
// The build of the console: one page, its script and style under names with a hash, and each of them
// packed beside, so that the server packs nothing. Nothing is written into the page itself: its
// policy allows no script and no style there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

function packed() {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(css|html|js|svg)$/.test(name)) continue;
        const path = join(folder, name);
        const bytes = readFileSync(path);
        const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
        writeFileSync(`${path}.br`, brotli);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
      // The one library that is in it.
      writeFileSync(join(folder, 'licences.txt'), `Preact\n\n${readFileSync('node_modules/preact/LICENSE', 'utf8')}`);
    },
  };
}

// For work on the console: npm run dev, with KONTOR_URL=https://localhost:10443.
const server = process.env.KONTOR_URL;

export default {
  base: '/admin/',
  plugins: [packed()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: server ? { proxy: { '/api': { target: server, secure: false, changeOrigin: true } } } : {},
};
