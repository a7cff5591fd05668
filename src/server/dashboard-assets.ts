import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Asset, loadAssets } from './assets.ts';

/** The dashboard's files, and the two libraries that it uses, as they are served. */
export function dashboardAssets(): ReadonlyMap<string, Asset> {
  const require = createRequire(import.meta.url);
  return loadAssets(fileURLToPath(new URL('./dashboard/', import.meta.url)), {
    '/lit-html.js': require.resolve('lit-html').replace(/node\/lit-html\.js$/, 'lit-html.js'),
    '/uplot.js': require.resolve('uplot/dist/uPlot.esm.js'),
    '/uplot.css': require.resolve('uplot/dist/uPlot.min.css'),
  });
}
