import type { SiteReport } from '../shared/report/html/index.js';
import { version } from '../shared/version.js';

/** Writes the page of `--report`, which shows private pictures. @throws FedshotError `io` */
export async function writeReport(
  file: string,
  created: Date,
  sites: SiteReport[],
  title = 'Adaptation report',
): Promise<void> {
  const [{ renderReport }, { writeFileAtomic }, { insidePath }, { methods }] = await Promise.all([
    import('../shared/report/html/index.js'),
    import('../shared/files.js'),
    import('../shared/isolate/index.js'),
    import('../client/methods/index.js'),
  ]);
  const titled = sites.map((site): SiteReport => {
    const { method = '' } = site.run;
    return methods.has(method) ? { ...site, termTitles: methods.get(method).termTitles } : site;
  });
  const page = renderReport({ title, created, version: version(), sites: titled });
  writeFileAtomic(insidePath(file), page, 0o600);
}
